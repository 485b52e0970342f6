"""Many tabs live over one stream of the browser, which is noticed when it is silent or cut."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.held_jobs import held_job
from tests.holding_proxy import HoldingProxy, holding_proxy
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, wait_until

ENDED_WITHIN_MS = 120_000
NOTICED_WITHIN_MS = 60_000
RECOVERED_WITHIN_MS = 60_000
# What a page hears that the browser keeps as it is for Back; bfcache itself is off in tests.
KEPT_BY_BROWSER = "(type) => dispatchEvent(new PageTransitionEvent(type, { persisted: true }))"
OF_ALL = "/api/v1/events"
# What a browser tells a page whose tab is shown or hidden; a headless one shows all its tabs.
SHOW = """
(isShown) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => !isShown });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


@pytest.fixture
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def proxy(server: Sialoscope) -> Iterator[HoldingProxy]:
    with holding_proxy(server.port) as running:
        yield running


@pytest.fixture
def tabs(browser: Browser, proxy: HoldingProxy) -> Iterator[list[Page]]:
    """Eight empty tabs of one browser behind the proxy."""
    context = browser.new_context(base_url=proxy.url)
    log_in(context)
    yield [context.new_page() for _ in range(8)]
    context.close()


def test_eight_lists_are_live_over_one_stream(
    tabs: list[Page], proxy: HoldingProxy, client: httpx.Client, server: Sialoscope
) -> None:
    for tab in tabs:
        tab.goto("/jobs")
    with held_job(server, client) as job_id:
        for tab in tabs:
            expect(tab.locator(f"#job-{job_id} .status")).to_have_text("running")
        wait_until(lambda: proxy.streams == [OF_ALL])
    for tab in tabs:
        expect(tab.locator(f"#job-{job_id} .status")).to_have_text(
            "succeeded", timeout=ENDED_WITHIN_MS
        )


def test_eight_pages_of_a_job_are_live_and_leave_connections_free(
    tabs: list[Page], proxy: HoldingProxy, client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client) as job_id:
        for tab in tabs:
            tab.goto(f"/jobs/{job_id}")
        of_job = f"/jobs/{job_id}/events"
        wait_until(lambda: sorted(proxy.streams) == [OF_ALL, *[of_job] * 3])
        with tabs[0].expect_response("**/jobs/*/panel"):
            tabs[0].evaluate(SHOW, False)  # and so another tab has its place
        wait_until(lambda: sorted(proxy.streams) == [OF_ALL, *[of_job] * 3])
        for tab in tabs:
            expect(tab.locator(".panel.running")).to_be_visible()
    for tab in tabs:
        tab.wait_for_url("**/result", timeout=ENDED_WITHIN_MS)


def test_a_list_notices_a_silent_stream_and_recovers(
    tabs: list[Page], proxy: HoldingProxy, client: httpx.Client
) -> None:
    page = tabs[0]
    status = page.locator("#connection")
    proxy.is_holding = True
    page.goto("/jobs")
    expect(status).to_contain_text("brings nothing", timeout=NOTICED_WITHIN_MS)
    job_id = submit(client, SMALL)
    finished(client, job_id)
    expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded")
    proxy.is_holding = False
    expect(status).to_be_hidden(timeout=RECOVERED_WITHIN_MS)


def test_a_list_notices_that_it_slept_and_that_its_stream_was_cut(
    tabs: list[Page], proxy: HoldingProxy, client: httpx.Client
) -> None:
    page = tabs[0]
    status = page.locator("#connection")
    page.clock.install()
    page.goto("/jobs")
    wait_until(lambda: proxy.streams == [OF_ALL])
    proxy.is_holding = True
    job_id = submit(client, SMALL)
    finished(client, job_id)
    page.clock.fast_forward("08:00:00")
    expect(status).to_contain_text("brings nothing")
    expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded")
    proxy.is_holding = False
    expect(status).to_be_hidden(timeout=RECOVERED_WITHIN_MS)
    proxy.is_cutting = True
    expect(status).to_contain_text("was lost")
    proxy.is_cutting = False
    expect(status).to_be_hidden(timeout=RECOVERED_WITHIN_MS)
    page.evaluate(KEPT_BY_BROWSER, "pagehide")  # left for another page
    meanwhile = submit(client, SMALL)
    finished(client, meanwhile)
    page.evaluate(KEPT_BY_BROWSER, "pageshow")  # Back
    expect(page.locator(f"#job-{meanwhile} .status")).to_have_text("succeeded")


def test_a_browser_without_shared_workers_has_a_stream_while_the_tab_is_seen(
    tabs: list[Page], proxy: HoldingProxy, client: httpx.Client
) -> None:
    page = tabs[0]
    page.add_init_script("delete window.SharedWorker")
    page.goto("/jobs")
    wait_until(lambda: proxy.streams == [OF_ALL])
    page.evaluate(SHOW, False)
    wait_until(lambda: proxy.streams == [])
    job_id = submit(client, SMALL)
    finished(client, job_id)
    page.evaluate(SHOW, True)
    expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded")
    expect(page.locator("#connection")).to_be_hidden()
