"""A real browser on a real Sialoscope."""

import os
import shutil
import threading
from collections.abc import Generator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.integration.api import finished, submit_file
from tests.servers import TOKEN, Sialoscope, running_sialoscope

# A busy machine is slow to show what it shows in the end.
expect.set_options(timeout=20_000)
# Chromium starts, for each page, processes for a popup of its address bar and for the next page to
# come, which took half of the processor time. It takes only the last list of features, so the list
# repeats those that Playwright switches off.
UNUSED_FEATURES = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("PreloadTopChromeWebUI", "SpareRendererForSitePerProcess"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "OptimizationHints", "AimEnabled", "PreconnectToSearch"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "NetworkTimeServiceQuerying"),
)
MOST_SHOWN = 3000
# Without these Chromium calls hosts that a test machine does not reach.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--disable-features={','.join(UNUSED_FEATURES)}",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what the open pages show, and what the server logged last."""
    report = yield
    if report.failed and call.when == "call":
        report.sections += [
            section for used in item.funcargs.values() for section in sections_of(used)
        ]
    return report


def sections_of(used: object) -> list[tuple[str, str]]:
    """What the browser or the server of a test shows after a failure."""
    if isinstance(used, Sialoscope):
        return [("The server", used.part.last_words)]
    contexts = used.contexts if isinstance(used, Browser) else []
    return [shown_on(page) for context in contexts for page in context.pages]


def shown_on(page: Page) -> tuple[str, str]:
    """The address of a page, and the text on it as far as it can still be had."""
    try:
        return f"The page {page.url}", page.locator("body").inner_text(timeout=2000)[:MOST_SHOWN]
    except Error as error:
        return f"The page {page.url}", str(error)


@pytest.fixture(scope="package")
def listed_site() -> Iterator[str]:
    """The origin of an own small server, an empty page at each address, that may read streams.

    It answers to other names below localhost too, whose origins are not listed.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPages) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://localhost:{site.server_port}"
        site.shutdown()
        thread.join()


class EmptyPages(BaseHTTPRequestHandler):
    """A page of another site; a test writes into it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another site</title><body></body>")

    def log_message(self, *_: object) -> None:
        """Say nothing in the output of the tests."""


@pytest.fixture(scope="package")
def server(listed_site: str) -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_STREAM_ORIGINS": listed_site}) as running:
        yield running


@pytest.fixture(scope="package")  # its event loop must end before other tests run theirs
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        reason = "Chromium is not on this machine; 'make test' installs it where it may."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, server: Sialoscope) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url)
    yield context
    context.close()


@pytest.fixture(scope="package")
def brain_job(server: Sialoscope, porcine_brain: Path) -> str:
    """A finished job of the published table."""
    with server.client() as client:
        made = submit_file(client, porcine_brain)
        finished(client, made)
    return made


# What the console holds of requests that fail: Chromium's own line, and htmx's.
NETWORK_TROUBLE = (
    *("Failed to load resource", "[object Event]", "Response Status Error Code 4"),
    *("htmx:afterRequest", "htmx:sendError"),
)


def log_in(context: BrowserContext) -> None:
    """Log a browser in without showing it a page, which would take most of a short test."""
    assert context.request.get(f"/login?token={TOKEN}", max_redirects=0).status < 400


def watched_page(context: BrowserContext) -> tuple[Page, list[str]]:
    """A logged-in, empty page, and what its console has of errors and CSP violations."""
    log_in(context)
    page = context.new_page()
    return page, troubles_of(page)


def troubles_of(page: Page) -> list[str]:
    """What the console of a page has, from now on, of errors and CSP violations."""
    troubles: list[str] = []
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    return troubles


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A logged-in page whose console must stay free of errors."""
    page, troubles = watched_page(context)
    yield page
    assert troubles == []


@pytest.fixture
def page_on_bad_network(context: BrowserContext) -> Iterator[Page]:
    """One whose console may hold what a network that fails leaves there, and nothing else."""
    page, troubles = watched_page(context)
    yield page
    assert [text for text in troubles if not text.startswith(NETWORK_TROUBLE)] == []
    assert troubles
