"""Schedules and retention in a real browser, without JavaScript where it matters."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NETWORK_TROUBLE, watched_page
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope


@pytest.fixture
def plain(browser: Browser, server: Sialoscope) -> Iterator[Page]:
    """A logged-in page whose browser runs no scripts."""
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page, troubles = watched_page(context)
    yield page
    assert [text for text in troubles if not text.startswith(NETWORK_TROUBLE)] == []
    context.close()


def test_an_administrator_changes_pauses_and_runs_a_schedule(plain: Page) -> None:
    plain.goto("/jobs")
    plain.get_by_role("link", name="Administration").click()
    plain.get_by_role("link", name="Schedules").click()
    row = plain.get_by_role("row", name="Orphaned files")
    expect(row).to_contain_text("At 02:30 every day (UTC).")
    row.get_by_role("link", name="Orphaned files", exact=True).click()

    field = plain.get_by_label("Minute, hour")
    field.fill("61 * * * *")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert")).to_contain_text("bad minute")
    expect(field).to_have_value("61 * * * *")
    field.fill("0 4 * * mon")
    plain.get_by_role("button", name="What would it mean?").click()
    expect(plain.get_by_role("status")).to_contain_text("At 04:00 on Monday")
    expect(plain.get_by_role("status").get_by_role("time")).to_have_count(3)
    facts = plain.locator("dl.facts")
    expect(facts).to_contain_text("30 2 * * *")  # not saved yet
    plain.get_by_role("button", name="Save").click()
    expect(facts).to_contain_text("At 04:00 on Monday (UTC). 0 4 * * MON")
    expect(facts).to_contain_text(re.compile("Changed.*by local", re.DOTALL))

    plain.get_by_role("button", name="Pause Orphaned files").click()
    expect(facts).to_contain_text("not while it is paused")
    plain.get_by_role("button", name="Run Orphaned files now").click()
    # The newest run is first; one of the time that the test began with may follow it.
    runs = plain.get_by_role("region", name="Runs").locator("tbody tr").first
    for _ in range(60):
        if "waiting" not in runs.inner_text() and "running" not in runs.inner_text():
            break
        plain.wait_for_timeout(500)
        plain.reload()
    expect(runs).to_contain_text("succeeded")
    expect(runs).to_contain_text("no job points to")
    plain.get_by_role("button", name="Resume Orphaned files").click()
    expect(facts).to_contain_text("active")


def test_a_job_is_kept_on_its_page_and_many_in_the_list(server: Sialoscope, page: Page) -> None:
    with server.client() as client:
        for name in ("first-to-keep.csv", "second-to-keep.csv"):
            job = finished(client, submit(client, SMALL, name))
    page.goto(f"/jobs/{job['id']}")
    until = datetime.fromisoformat(job["finished_at"]) + timedelta(days=30)
    expect(page.locator("dl.facts")).to_contain_text(f"until {until:%Y-%m}")
    page.get_by_role("button", name="Keep this job").click()
    expect(page.locator("dl.facts")).to_contain_text("for good, with all its versions")

    page.goto("/jobs?search=-to-keep")
    kept = page.locator("#jobs .kept")
    expect(kept).to_have_count(1)
    page.get_by_label("Choose all shown").check()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#outcome")).to_contain_text("2 jobs kept for good")
    expect(kept).to_have_count(2)
    page.get_by_label("Choose all shown").check()
    page.get_by_role("button", name="Keep no longer …").click()
    page.get_by_role("button", name="Keep 2 jobs no longer").click()
    expect(kept).to_have_count(0)


def test_what_is_to_be_deleted_is_shown_beforehand_and_can_be_kept_longer(
    server: Sialoscope, plain: Page
) -> None:
    with server.client() as client:
        finished(client, submit(client, SMALL, "soon-gone.csv"))
    plain.goto("/jobs")
    plain.get_by_role("link", name="How long jobs are kept, and which are deleted next").click()
    expect(plain.locator("main")).to_contain_text("Nothing of yours.")
    plain.get_by_label("Days to keep jobs").fill("99")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert")).to_contain_text("for 1 to 30 days")
    plain.get_by_label("Days to keep jobs").fill("7")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("row", name="soon-gone.csv")).to_be_visible()
    plain.goto("/admin/retention")
    expect(plain.locator("main")).to_contain_text("No job of any user.")
    plain.get_by_label("at most").fill("5")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert")).to_contain_text("must not exceed the maximum")
    plain.get_by_label("at most").fill("90")
    plain.get_by_role("button", name="Save").click()
    plain.goto("/retention")
    plain.get_by_label("Days to keep jobs").fill("90")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text("Nothing of yours.")
