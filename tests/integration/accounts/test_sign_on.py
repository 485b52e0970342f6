"""Sign-on by a real OpenID provider: what it opens, and to whom it stays closed."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.db.accounts.tokens import SCOPES
from tests.integration.accounts.test_second_factor import turn_on
from tests.openid_provider import (
    TOKEN,
    expel,
    log_in_at_provider,
    running_provider,
    settings_of,
    sign_in,
)
from tests.page_forms import PASSWORD, send, token_in
from tests.people import Person, add_person, user_command
from tests.servers import Sialoscope, free_port, running_sialoscope

DONE = "/login/sign-on/done"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(port: int) -> Iterator[Sialoscope]:
    """A server whose provider listens on a port of its own."""
    with running_sialoscope(settings_of(f"http://127.0.0.1:{port}")) as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: Sialoscope) -> Person:
    """An administrator with a password."""
    return add_person(server, "ada@lab.example", "--admin")


@pytest.fixture(scope="module")
def provider(server: Sialoscope, port: int) -> Iterator[str]:
    with running_provider(port, server.url) as issuer:
        yield issuer


@pytest.fixture
def browser(server: Sialoscope) -> Iterator[httpx.Client]:
    with new_browser(server) as client:
        yield client


@contextmanager
def new_browser(server: Sialoscope) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as client:
        yield client


def test_without_its_provider_the_server_says_so_and_passwords_work(
    browser: httpx.Client, ada: Person
) -> None:
    """Runs before the provider does."""
    page = browser.get("/login/sign-on")
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert "Lab Login does not answer as it should" in page.text
    assert "Try again in a few minutes" in page.text
    assert "Sign in with Lab Login" in browser.get("/login").text
    with ada.session() as session:
        assert session.get("/account").status_code == 200


@pytest.mark.usefixtures("provider")
def test_a_first_sign_on_makes_an_account_with_the_role_of_its_groups(
    server: Sialoscope, browser: httpx.Client, ada: Person
) -> None:
    page = sign_in(browser, "grace", after="/admin/accounts")
    assert (page.status_code, page.url.path) == (200, "/admin/accounts")
    assert "grace@lab.example <span" in page.text
    with new_browser(server) as other:
        sign_in(other, "linus")
        assert other.get("/admin/ops").status_code == 403, "He is a user."
    with new_browser(server) as other:
        assert "Your account is read-only" in sign_in(other, "vicky", after="/jobs").text
    with ada.program("admin") as program:
        listed = program.get("/api/v1/accounts").json()["accounts"]
        trail = program.get("/api/v1/security-trail").json()["events"]
    roles = {each["name"]: each["role"] for each in listed}
    assert (roles["grace@lab.example"], roles["linus@lab.example"]) == ("admin", "user")
    # Her address is not verified, so it is not her name.
    assert "viewer" in roles.values()
    assert "vicky@lab.example" not in roles
    of_grace = [each for each in trail if each["about_name"] == "grace@lab.example"]
    kinds = {each["kind"] for each in of_grace}
    assert kinds >= {"account_added", "identity_linked", "login"}
    assert {"by": "sign-on"} in [each["detail"] for each in of_grace]


@pytest.mark.usefixtures("provider")
def test_the_same_user_gets_the_same_account_with_the_role_of_today(
    server: Sialoscope, browser: httpx.Client, ada: Person
) -> None:
    sign_in(browser, "linus")
    account = _account(ada, "linus@lab.example")
    with ada.program("admin") as program:
        made = program.put(f"/api/v1/accounts/{account['id']}/role", json={"role": "viewer"})
        assert made.status_code == 200
        with new_browser(server) as other:
            page = sign_in(other, "linus", after="/account")
            assert "<dd>user</dd>" in page.text
    again = _account(ada, "linus@lab.example")
    assert (again["id"], again["role"]) == (account["id"], "user")


@pytest.mark.usefixtures("provider")
def test_an_e_mail_address_does_not_open_the_account_of_that_name(
    server: Sialoscope, browser: httpx.Client
) -> None:
    name = "bert@lab.example"
    bert = add_person(server, name)
    page = sign_in(browser, "mallory")
    assert (page.status_code, "not linked with you at the provider" in page.text) == (400, True)
    assert browser.get("/account").url.path == "/login"
    # The administrator may link the two, once.
    subject = page.text.partition(f"sialoscope user link {name} ")[2].split("<")[0].strip()
    assert "can now sign in as" in user_command(server, "link", name, subject).stdout
    assert "linked with another account" in user_command(server, "link", name, subject).stderr
    assert f"<dd>{name}</dd>" in sign_in(browser, "mallory", after="/account").text
    with bert.session() as session:
        assert session.get("/account").status_code == 200, "His password works still."


@pytest.mark.usefixtures("provider")
def test_a_user_without_a_group_that_has_a_role_hears_whom_to_ask(
    browser: httpx.Client, ada: Person
) -> None:
    page = sign_in(browser, "oscar")
    assert page.status_code == 403
    assert "none of your groups there may use this server" in page.text
    assert browser.get("/account").url.path == "/login"
    with ada.program("admin") as program:
        failed = program.get("/api/v1/security-trail", params={"kind": "login_failed"}).json()
    assert "none of your groups" in failed["events"][0]["detail"]["why"]


@pytest.mark.usefixtures("provider")
def test_a_disabled_account_stays_closed(
    server: Sialoscope, browser: httpx.Client, ada: Person
) -> None:
    sign_in(browser, "linus")
    account = _account(ada, "linus@lab.example")
    with ada.session() as session:
        typed = {"confirming_password": PASSWORD}
        send(session, f"/admin/accounts/{account['id']}/disable", **typed)
        assert browser.get("/account").url.path == "/login"
        with new_browser(server) as other:
            page = sign_in(other, "linus")
            assert (page.status_code, "is disabled" in page.text) == (403, True)
        send(session, f"/admin/accounts/{account['id']}/enable", **typed)


@pytest.mark.usefixtures("provider")
def test_an_answer_works_once_in_the_browser_where_the_sign_on_began(
    server: Sialoscope, browser: httpx.Client
) -> None:
    answer = _answer_of_provider(browser, "linus")
    with new_browser(server) as other:
        other.get("/login")
        stolen = other.get(answer)
        assert (stolen.status_code, "began in another browser" in stolen.text) == (400, True)
        assert other.get("/account").url.path == "/login"
    # A wrong browser has used it up, too.
    assert browser.get(answer).status_code == 400
    answer = _answer_of_provider(browser, "linus")
    before = browser.cookies.get("session")
    assert browser.get(answer).status_code == 200
    assert browser.cookies.get("session") not in (None, before)
    again = browser.get(answer)
    assert (again.status_code, "was used already" in again.text) == (400, True)


@pytest.mark.usefixtures("provider")
def test_parts_of_an_answer_do_not_fit_another_sign_on(browser: httpx.Client) -> None:
    first, second = (_answer_of_provider(browser, "linus") for _ in range(2))
    of_first, of_second = (parse_qs(urlsplit(each).query) for each in (first, second))
    # The code of one sign-on with the state of another: PKCE and nonce differ.
    mixed = {"state": of_first["state"][0], "code": of_second["code"][0], "iss": of_first["iss"][0]}
    page = browser.get(DONE, params=mixed)
    assert (page.status_code, "cannot be trusted" in page.text) == (403, True)
    third = parse_qs(urlsplit(_answer_of_provider(browser, "linus")).query)
    wrong = {"state": third["state"][0], "code": third["code"][0], "iss": "http://evil.example"}
    page = browser.get(DONE, params=wrong)
    assert (page.status_code, "another provider" in page.text) == (403, True)
    for nonsense in ({}, {"state": "x", "code": "y"}, {"state": secrets.token_urlsafe(32)}):
        assert browser.get(DONE, params=nonsense).status_code == 400
    assert browser.get("/account").url.path == "/login"


@pytest.mark.usefixtures("provider")
def test_who_says_no_at_the_provider_can_start_again(browser: httpx.Client) -> None:
    asked = browser.get("/login/sign-on")
    state = parse_qs(urlsplit(str(asked.url)).query)["state"][0]
    page = browser.get(DONE, params={"state": state, "error": "access_denied"})
    assert (page.status_code, "access_denied" in page.text) == (403, True)
    assert "Start again on the login page" in page.text


@pytest.mark.usefixtures("provider")
def test_what_is_sent_to_the_provider_keeps_the_secrets_here(browser: httpx.Client) -> None:
    asked = browser.get("/login/sign-on", params={"next": "/jobs"})
    sent = {name: values[0] for name, values in parse_qs(urlsplit(str(asked.url)).query).items()}
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["state"]) > 40
    assert len(sent["nonce"]) > 40
    assert "code_verifier" not in sent
    assert "client_secret" not in sent
    assert "/jobs" not in str(asked.url)


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_sign_on_leads_to_pages_of_this_site_alone(
    server: Sialoscope, browser: httpx.Client, evil: str
) -> None:
    page = sign_in(browser, "linus", after=evil)
    assert str(page.url) == f"{server.url}/"


@pytest.mark.usefixtures("provider")
def test_a_logout_ends_the_session_here_and_at_the_provider(
    browser: httpx.Client, provider: str
) -> None:
    page = sign_in(browser, "linus", after="/jobs")
    old = browser.cookies.get("session")
    policy = page.headers["content-security-policy"]
    assert f"form-action 'self' {provider}" in policy
    again = browser.get("/login/sign-on")
    assert TOKEN.search(again.text) is None, "The provider knows its user still."
    last = send(browser, "/logout")
    assert (last.status_code, last.url.path) == (200, "/login"), last.text
    assert str(last.history[1].url).startswith(f"{provider}/session?id_token_hint=")
    browser.cookies.set("session", str(old), domain="127.0.0.1")
    assert browser.get("/account").url.path == "/login"
    browser.cookies.delete("session")
    assert TOKEN.search(browser.get("/login/sign-on").text), "Nor does the provider know them."


def test_a_user_removed_at_the_provider_loses_their_sessions_and_streams_here(
    server: Sialoscope, browser: httpx.Client, ada: Person, provider: str
) -> None:
    sign_in(browser, "grace", after="/jobs")
    with new_browser(server) as other, ada.session() as with_password, ExitStack() as stack:
        sign_in(other, "linus")
        stream = stack.enter_context(browser.stream("GET", "/api/v1/events"))
        assert set(expel(provider, "grace")) == {400}, "A logout works once."
        assert list(stream.iter_lines()), "It was open, and has ended."
        assert browser.get("/account").url.path == "/login"
        assert other.get("/account").url.path == "/account", "Another user stays."
        assert with_password.get("/account").url.path == "/account"
    with ada.program("admin") as program:
        query = {"kind": "sessions_ended"}
        ended = program.get("/api/v1/security-trail", params=query).json()["events"]
    assert ended[0]["about_name"] == "grace@lab.example"
    assert ended[0]["detail"] == {"by": "sign-on", "sessions": 1}


@pytest.mark.usefixtures("provider")
def test_a_logout_that_the_provider_did_not_sign_ends_nothing(
    server: Sialoscope, browser: httpx.Client
) -> None:
    sign_in(browser, "linus")
    for token in ("", "nonsense", "e30.e30.e30"):
        form = {"logout_token": token}
        answer = httpx.post(f"{server.url}/login/sign-on/logout", data=form, timeout=60)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert answer.headers["cache-control"] == "no-store"
    assert browser.get("/account").url.path == "/account"


@pytest.mark.usefixtures("provider")
def test_an_account_of_the_provider_has_no_password_to_guess_or_reset(
    browser: httpx.Client, ada: Person
) -> None:
    sign_in(browser, "grace")
    for guess in ("", "of nobody", PASSWORD):
        with new_browser(ada.server) as other:
            other.get("/login")
            guessed = send(other, "/login", name="grace@lab.example", password=guess)
            assert guessed.status_code == 403
    assert "you sign in with the provider" in browser.get("/account").text
    account = _account(ada, "grace@lab.example")
    with ada.session() as session:
        typed = {"confirming_password": PASSWORD}
        page = send(session, f"/admin/accounts/{account['id']}/reset", **typed)
        assert (page.status_code, "has no password" in page.text) == (400, True)


@pytest.mark.usefixtures("provider")
def test_an_administrator_of_the_provider_confirms_by_signing_in_again(
    browser: httpx.Client,
) -> None:
    sign_in(browser, "grace", after="/admin/accounts")
    form = {"name": "new@lab.example", "role": "user"}
    asked = send(browser, "/admin/invitations", **form)
    assert (asked.status_code, "Sign in again" in asked.text) == (403, True)
    form_of_provider = browser.get("/login/sign-on", params={"fresh": True, "next": "/admin/ops"})
    assert TOKEN.search(form_of_provider.text), "The provider asks, though it knows her."
    page = log_in_at_provider(browser, form_of_provider, "grace")
    assert page.url.path == "/admin/ops"
    assert send(browser, "/admin/invitations", **form).status_code == 200


@pytest.mark.usefixtures("provider")
def test_signing_in_again_confirms_after_the_code_of_a_second_factor_and_not_before(
    server: Sialoscope, browser: httpx.Client
) -> None:
    hedy = add_person(server, "hedy@lab.example", "--admin")
    with hedy.session() as session:
        _, codes = turn_on(session)
    subject = sign_in(browser, "hedy").text.partition(f"user link {hedy.name} ")[2].split("<")[0]
    assert user_command(server, "link", hedy.name, subject.strip()).returncode == 0
    form = {"name": "newer@lab.example", "role": "user"}
    for code, fresh, is_confirmed in ((codes[0], False, False), (codes[1], True, True)):
        asked = browser.get("/login/sign-on", params={"fresh": fresh, "next": "/admin/ops"})
        assert log_in_at_provider(browser, asked, "hedy").url.path == "/login/code"
        assert browser.get("/admin/ops").url.path == "/login"
        assert send(browser, "/login/code", code=code, kind="recovery").url.path == "/admin/ops"
        assert send(browser, "/admin/invitations", **form).is_success == is_confirmed


@pytest.mark.usefixtures("provider")
def test_without_local_accounts_no_password_lets_anybody_in(
    server: Sialoscope, browser: httpx.Client, ada: Person
) -> None:
    """The last of the module: it restarts the server with other settings, and back."""
    before = server.environment["SIALOSCOPE_OIDC_ROLES"]
    with _restarted(server, SIALOSCOPE_LOCAL_ACCOUNTS="false", SIALOSCOPE_OIDC_ROLES="*=viewer"):
        page = browser.get("/login")
        assert "Sign in with Lab Login" in page.text
        assert 'type="password"' not in page.text
        assert sign_in(browser, "oscar", after="/jobs").url.path == "/jobs", "* is everybody."
        for path in ("/login", "/forgotten", "/reset/any", "/invitation/any"):
            token = token_in(browser.get("/jobs").text)
            fields = {"_csrf_token": token, "name": ada.name, "password": PASSWORD}
            refused = browser.post(path, data=fields)
            assert (refused.status_code, "has no passwords" in refused.text) == (403, True), path
            assert path == "/login" or browser.get(path).status_code == 403, path
    # Break-glass: with local accounts, whoever runs the server has a password again.
    assert server.environment["SIALOSCOPE_OIDC_ROLES"] == before
    with ada.session() as session:
        assert session.get("/admin/accounts").status_code == 200


def _account(admin: Person, name: str) -> dict[str, Any]:
    with admin.program(*SCOPES) as program:
        listed = program.get("/api/v1/accounts").json()["accounts"]
    return next(each for each in listed if each["name"] == name)


def _answer_of_provider(browser: httpx.Client, user: str) -> str:
    """The address that the provider sends a browser to, not opened yet."""
    with ExitStack() as stack:
        stack.callback(setattr, browser, "follow_redirects", True)
        browser.follow_redirects = False
        page = browser.get(browser.get("/login/sign-on").headers["location"])
        if page.status_code == 200:
            page = log_in_at_provider(browser, page, user)
        return str(page.headers["location"])


@contextmanager
def _restarted(server: Sialoscope, **settings: str) -> Iterator[None]:
    before = dict(server.environment)
    for environment in ({**before, **settings}, before):
        server.stop()
        server.environment.clear()
        server.environment.update(environment)
        server.start()
        if environment is not before:
            yield
