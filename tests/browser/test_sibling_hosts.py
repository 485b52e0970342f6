"""A page on another host below the same domain, in a real browser, does nothing for a user.

It knows a pair of cookie and token that fits, which anybody gets at the login; it plants the cookie
for the whole domain and sends the token.
"""

import asyncio
import re
import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import httpx
import pytest
import trustme
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUIET
from tests.page_forms import token_in
from tests.people import PASSWORD, Person, add_person
from tests.servers import free_port, running_sialoscope

OWN, SIBLING = "sialoscope.lab.test", "wiki.lab.test"
CERTIFICATES = trustme.CA()
AUTHOR = "mallory@lab.test"
EVIL = """<!doctype html><title>A wiki</title>
<form method="post" action="{app}/admin/invitations">
  <input name="_csrf_token" value="{token}"><input name="name" value="{author}">
  <input name="role" value="admin"><input name="confirming_password" value=""></form>
<script>
for (const name of ["csrftoken", "session", "__Host-csrftoken", "__Host-session"])
  for (const more of ["", "; Secure"])
    document.cookie = `${{name}}={cookie}; Domain=lab.test; Path=/${{more}}`;
const form = new URLSearchParams(new FormData(document.forms[0]));
const ask = (path, how) =>
  fetch("{app}" + path, {{ credentials: "include", mode: "no-cors", ...how }}).catch(() => 0);
const asked = [
  ask("/admin/invitations", {{ method: "POST", body: form }}),
  ask("/logout", {{ method: "POST", body: form }}),
  ask("/admin/accounts"),
  ask("/api/v1/presets", {{ method: "POST", body: JSON.stringify({{ name: "x" }}) }}),
];
Promise.all(asked).then(() => {{
  document.title = "asked";
  if (location.hash === "#form") document.forms[0].submit();
}});
</script>"""


class Sites(NamedTuple):
    """The addresses of the application and of the page beside it, and who uses it."""

    app: str
    sibling: str
    admin: Person


@contextmanager
def tls_before(port: int, listening: int) -> Iterator[None]:
    """Speak TLS for both hosts at a port, and hand on what comes to another."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CERTIFICATES.issue_cert(OWN, SIBLING).configure_cert(context)
    stands, ends = threading.Event(), threading.Event()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back), copy(there, writer))

    async def serve() -> None:
        async with await asyncio.start_server(join, "127.0.0.1", listening, ssl=context):
            stands.set()
            await asyncio.to_thread(ends.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    stands.wait(60)
    yield
    ends.set()
    thread.join()


@contextmanager
def page_of(content: dict[str, str]) -> Iterator[int]:
    """A web server with one page, which can be written later."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content["page"].encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module", params=["http", "https"])
def sites(request: pytest.FixtureRequest) -> Iterator[Sites]:
    scheme, content = request.param, dict[str, str]()
    with ExitStack() as stack:
        settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_ALLOWED_HOSTS": OWN}
        ports = [free_port(), free_port()]
        if scheme == "https":
            settings["SIALOSCOPE_PUBLIC_URL"] = f"https://{OWN}:{ports[0]}"
        server = stack.enter_context(running_sialoscope(settings))
        plain = [server.port, stack.enter_context(page_of(content))]
        if scheme == "https":
            for port, listening in zip(plain, ports, strict=True):
                stack.enter_context(tls_before(port, listening))
        app_port, sibling_port = ports if scheme == "https" else plain
        app = f"{scheme}://{OWN}:{app_port}"
        login = httpx.get(f"{server.url}/login", headers={"Host": f"{OWN}:{app_port}"}, timeout=60)
        (cookie,) = login.headers.get_list("set-cookie")
        known = {
            "token": token_in(login.text),
            "cookie": cookie.partition(";")[0].partition("=")[2],
        }
        content["page"] = EVIL.format(app=app, author=AUTHOR, **known)
        admin = add_person(server, "root@lab.test", "--admin")
        yield Sites(app, f"{scheme}://{SIBLING}:{sibling_port}", admin)


@pytest.fixture(scope="module")
def page(browser: Browser, sites: Sites) -> Iterator[Page]:
    """A page of an administrator who has just typed the password again."""
    resolved = "--host-resolver-rules=MAP *.lab.test 127.0.0.1"
    launched = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*QUIET, resolved]
    )
    page = launched.new_context(base_url=sites.app, ignore_https_errors=True).new_page()
    page.goto("/login")
    page.get_by_label("E-mail address or name").fill(sites.admin.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    invite(page, "friend@lab.test")
    page.get_by_label(re.compile("^Password of ")).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Link", exact=True)).to_be_visible()
    yield page
    launched.close()


def invite(page: Page, name: str) -> None:
    page.goto("/admin/accounts")
    page.get_by_label("E-mail address or name").fill(name)
    page.get_by_role("button", name="Invite").click()


def test_nothing_that_it_sends_is_done(page: Page, sites: Sites) -> None:
    page.goto(sites.sibling)
    expect(page).to_have_title("asked")
    page.goto("about:blank")
    with page.expect_navigation(url=f"{sites.app}/admin/invitations") as sent:
        page.goto(f"{sites.sibling}/#form")
    answer = sent.value
    assert answer.status == 403
    assert answer.request.method == "POST"
    expect(page.get_by_role("alert")).to_contain_text("another site")


def test_its_user_is_still_logged_in_and_their_own_forms_work(page: Page) -> None:
    page.context.clear_cookies(domain=".lab.test")  # without TLS a planted session would be taken
    invite(page, "colleague@lab.test")
    expect(page.get_by_label("Link", exact=True)).to_be_visible()
    text = page.locator("main").inner_text()
    assert "colleague@lab.test" in text
    assert AUTHOR not in text
