"""What the tab says while a job lives, and what the desktop says of its end to those who asked."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched_page
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, wait_until

BAD = b"nothing,here\n"
ENDED_WITHIN_MS = 120_000
ICON = "link[rel=icon]"
# A headless Chromium shows no desktop, so what the page asks of it is kept; the permission is real.
KEEP_NOTIFICATIONS = """
window.shown = [];
const { Notification: Real } = window;
window.Notification = class extends EventTarget {
  static get permission() { return Real.permission; }
  static requestPermission() { return Real.requestPermission(); }
  constructor(title, options) { super(); window.shown.push({ title, ...options, shown: this }); }
  close() {}
};
"""
SHOWN = "window.shown.map(({ title, body, icon }) => [title, body, icon])"


@pytest.fixture(scope="module")
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def asking(context: BrowserContext, server: Sialoscope) -> Iterator[Page]:
    """A page that may tell by the desktop."""
    context.grant_permissions(["notifications"], origin=server.url)
    context.add_init_script(KEEP_NOTIFICATIONS)
    page, troubles = watched_page(context)
    yield page
    assert troubles == []


def title_is(page: Page, *parts: str) -> None:
    title = " \N{EN DASH} ".join([*parts, "Sialoscope"])
    expect(page).to_have_title(title, timeout=ENDED_WITHIN_MS)


def icon_is(page: Page, state: str) -> None:
    expect(page.locator(ICON)).to_have_attribute("href", f"/static/state/{state}.svg")
    answer = page.request.get(f"/static/state/{state}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"


def tab_of(page: Page) -> tuple[str, str | None]:
    return page.title(), page.locator(ICON).get_attribute("href")


def tells_how_far(page: Page, rest: str) -> None:
    """The title has a percentage, and the icon as many quarters; both may yet go on."""

    def is_so() -> bool:
        far = re.fullmatch("(\\d+) % \N{EN DASH} " + rest + " \N{EN DASH} Sialoscope", page.title())
        icon = page.locator(ICON).get_attribute("href")
        return far is not None and icon == f"/static/state/running-{int(far[1]) // 25}.svg"

    wait_until(is_so)


def test_the_tab_of_a_job_follows_its_state(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client, "tab.csv") as job_id:
        page.goto(f"/jobs/{job_id}")
        tells_how_far(page, "tab.csv")
        page.get_by_role("button", name="Cancel").click()
    title_is(page, "cancelled", "tab.csv")
    icon_is(page, "cancelled")
    done = submit(client, SMALL, "done.csv")
    page.goto(f"/jobs/{done}?watch=1")
    page.wait_for_url("**/result", timeout=ENDED_WITHIN_MS)
    icon_is(page, "succeeded")
    page.goto(f"/jobs/{done}")
    title_is(page, "succeeded", "done.csv")
    icon_is(page, "succeeded")
    failed = submit(client, BAD, "bad.csv")
    page.goto(f"/jobs/{failed}?watch=1")
    title_is(page, "failed", "bad.csv")
    icon_is(page, "failed")


def test_the_tab_of_the_list_tells_of_all_jobs_and_that_of_the_first_page_of_none(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    first_page = page.context.new_page()
    first_page.goto("/")
    its_tab = tab_of(first_page)
    page.goto("/jobs?search=nothing-has-this-name")
    title_is(page, "Jobs")
    with held_job(server, client) as job_id:
        status = first_page.locator(f"#job-{job_id} .status")
        expect(status).to_have_text("running")
        assert tab_of(first_page) == its_tab
        tells_how_far(page, "Jobs")
        page.reload()
        tells_how_far(page, "Jobs")
    title_is(page, "succeeded", "Jobs")
    icon_is(page, "succeeded")
    expect(status).to_have_text("succeeded", timeout=ENDED_WITHIN_MS)
    assert tab_of(first_page) == its_tab
    finished(client, submit(client, BAD))
    title_is(page, "failed", "Jobs")


def test_a_desktop_notification_reports_the_end_and_leads_to_the_job(
    asking: Page, client: httpx.Client, server: Sialoscope
) -> None:
    asking.goto("/jobs")
    button = asking.get_by_role("button", name="Notify me when a job is done")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(
        asking.get_by_text("You get a notification as long as this page is open.")
    ).to_be_visible()
    asking.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    with held_job(server, client, "told.csv") as job_id:
        failed = submit(client, BAD, "bad.csv")
        for each in (job_id, failed):  # so the page hears of them
            expect(asking.locator(f"#job-{each} .status")).to_be_visible()

    def received() -> dict[str, tuple[str, str]]:
        return {title: (body, icon) for title, body, icon in asking.evaluate(SHOWN)}

    wait_until(lambda: {"told.csv: succeeded", "bad.csv: failed"} <= received().keys())
    assert received()["told.csv: succeeded"] == (
        "Analysis complete: 2 rows have their assignments.",
        "/static/state/succeeded.svg",
    )
    assert received()["bad.csv: failed"][0] == finished(client, failed)["message"]
    asking.evaluate(
        "window.shown.find(({ title }) => title.startsWith('told')).shown"
        ".dispatchEvent(new Event('click'))"
    )
    asking.wait_for_url(f"**/jobs/{job_id}/result")


def test_the_page_of_a_job_tells_and_then_goes_on(
    asking: Page, client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client, "own.csv") as job_id:
        asking.goto(f"/jobs/{job_id}")
        button = asking.get_by_role("button", name="Notify me when it is done")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
        button.click()
        asking.evaluate("document.hasFocus = () => false")
    wait_until(lambda: len(asking.evaluate(SHOWN)) == 1)
    assert asking.evaluate(SHOWN)[0][0] == "own.csv: succeeded"
    assert asking.url.endswith(job_id)  # so that a click on the notification still works
    asking.evaluate("window.dispatchEvent(new Event('focus'))")
    asking.wait_for_url(f"**/jobs/{job_id}/result")


def test_a_browser_that_blocks_or_lacks_notifications_shows_why_there_are_none(
    context: BrowserContext, page: Page
) -> None:
    context.clear_permissions()
    page.goto("/jobs")
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    button = page.get_by_role("button", name="Notify me when a job is done")
    button.click()
    expect(page.get_by_text("This browser blocks notifications of this site.")).to_be_visible()
    page.evaluate("delete window.Notification")
    button.click()
    expect(page.get_by_text("This browser cannot show notifications")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "false")
