"""The list of jobs by pointer and keyboard: found again by its address, and many done at once."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

MINE = "/jobs?search=many-"


@pytest.fixture(scope="module")
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module", autouse=True)
def ended(client: httpx.Client) -> dict[str, str]:
    """The ids of this module's jobs by their file names: two succeeded, and one failed."""
    tables = {"many-b.csv": SMALL, "many-a.csv": SMALL, "many-bad.csv": b"nothing,here\n"}
    ids = {name: submit(client, table, name) for name, table in tables.items()}
    for job_id in ids.values():
        finished(client, job_id)
    return ids


def expect_shown(page: Page, *names: str) -> None:
    expect(page.locator("table.jobs tbody th a")).to_have_text([*names])


def test_a_search_a_filter_and_an_order_stand_in_the_address_and_come_back(page: Page) -> None:
    page.goto("/jobs")
    page.get_by_label("File name contains").fill("many-")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs?search=many-")
    expect_shown(page, "many-bad.csv", "many-a.csv", "many-b.csv")
    page.get_by_label("succeeded").check()
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/jobs?search=many-&status=succeeded")
    page.get_by_role("link", name="File", exact=True).click()
    page.wait_for_url("**&sort=file_name")
    expect_shown(page, "many-a.csv", "many-b.csv")
    expect(page.get_by_role("columnheader", name="File")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.go_back()
    page.go_back()
    page.wait_for_url("**/jobs?search=many-")
    expect_shown(page, "many-bad.csv", "many-a.csv", "many-b.csv")
    expect(page.get_by_label("succeeded")).not_to_be_checked()
    expect(page.get_by_label("File name contains")).to_have_value("many-")


def test_rows_that_live_keep_the_filter_and_the_choice(
    page: Page, client: httpx.Client, ended: dict[str, str]
) -> None:
    page.goto(f"{MINE}&status=failed&status=succeeded")
    page.locator(f"#job-{ended['many-a.csv']} input").check()
    other = submit(client, SMALL, "other.csv")
    finished(client, other)
    newest = submit(client, SMALL, "many-new.csv")
    expect(page.locator(f"#job-{newest} .status")).to_have_text("succeeded", timeout=30_000)
    expect(page.locator(f"#job-{other}")).to_have_count(0)
    expect(page.locator(f"#job-{ended['many-a.csv']} input")).to_be_checked()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    client.delete(f"/api/v1/jobs/{newest}")


def test_two_chosen_runs_of_a_table_are_compared(page: Page, ended: dict[str, str]) -> None:
    page.goto(f"{MINE}&status=succeeded")
    button = page.get_by_role("button", name="Compare two")
    page.locator(f"#job-{ended['many-a.csv']} input").check()
    expect(button).to_be_disabled()
    page.locator(f"#job-{ended['many-b.csv']} input").check()
    button.click()
    page.wait_for_url(f"**/jobs/{ended['many-b.csv']}/compare/{ended['many-a.csv']}")
    expect(page.get_by_text(re.compile(r"None of \d+ rows changed assignment\."))).to_be_visible()


def test_all_shown_are_deleted_after_a_question(page: Page, client: httpx.Client) -> None:
    for number in (1, 2):
        finished(client, submit(client, SMALL, f"doomed-{number}.csv"))
    page.goto("/jobs?search=doomed-")
    button = page.get_by_role("button", name="Delete …")
    expect(button).to_be_disabled()
    page.get_by_label("Choose all shown").check()
    button.press("Enter")
    question = page.get_by_role("region", name="Chosen jobs")
    expect(question).to_contain_text("Delete 2 jobs?")
    question.get_by_role("button", name="Delete 2 jobs").press("Enter")
    expect(page.get_by_text("2 jobs deleted: doomed-")).to_be_visible()
    expect(page.get_by_text("No job passes the filter.")).to_be_visible()
    assert page.url.endswith("/jobs?search=doomed-")


def test_chosen_jobs_are_kept_and_kept_no_longer_and_started_again(
    page: Page, client: httpx.Client, ended: dict[str, str]
) -> None:
    page.goto("/jobs?search=many-bad.csv")
    page.get_by_label("Choose all shown").check()
    outcome = page.get_by_role("region", name="Chosen jobs")
    kept, address = page.locator("table.jobs .kept"), f"/api/v1/jobs/{ended['many-bad.csv']}"
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(outcome).to_contain_text("1 job kept for good: many-bad.csv.")
    expect(kept).to_have_count(1)
    assert client.get(address).json()["kept"] is True
    page.get_by_role("button", name="Keep no longer …").click()
    expect(outcome).to_contain_text(
        "older than jobs are kept are deleted by the next daily cleanup"
    )
    expect(kept).to_have_count(1)
    page.get_by_role("button", name="Keep 1 job no longer").click()
    expect(outcome).to_contain_text("1 job kept no longer than others: many-bad.csv.")
    expect(kept).to_have_count(0)
    assert client.get(address).json()["kept"] is False
    attempt = client.get(address).json()["attempt"]
    page.get_by_role("button", name="Start again").click()
    expect(outcome).to_contain_text("1 job started again: many-bad.csv.")
    assert finished(client, ended["many-bad.csv"])["attempt"] > attempt
    expect(page.locator(f"#job-{ended['many-bad.csv']} .status")).to_have_text("failed")


def test_jobs_that_cannot_be_cancelled_are_named(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client, "many-slow.csv") as slow:
        page.goto(MINE)
        page.get_by_label("Choose all shown").check()
        page.get_by_role("button", name="Cancel").click()
        outcome = page.get_by_role("region", name="Chosen jobs")
        expect(outcome).to_contain_text("1 job cancelled, or told to stop within 2 s: many-slow")
        for name in ("many-a.csv", "many-b.csv", "many-bad.csv"):
            expect(outcome).to_contain_text(f"{name}: The job has ended already")
    expect(page.locator(f"#job-{slow} .status")).to_have_text("cancelled", timeout=30_000)
    client.delete(f"/api/v1/jobs/{slow}")


def test_without_javascript_the_buttons_and_the_question_are_pages(
    browser: Browser, server: Sialoscope, client: httpx.Client, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    finished(client, submit(client, SMALL, "scriptless.csv"))
    page.goto(MINE)
    page.get_by_role("link", name="Choose all shown").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download results").click()
    started.value.save_as(tmp_path / "results.zip")
    with ZipFile(tmp_path / "results.zip") as archive:
        assert len(archive.namelist()) == 3
        assert b"many-bad.csv" in archive.read("not-included.txt")
    page.goto("/jobs?search=scriptless.csv")
    page.get_by_label("Choose scriptless.csv").check()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete 1 job").click()
    expect(page.get_by_text("1 job deleted: scriptless.csv.")).to_be_visible()
    page.get_by_role("link", name="Back to the jobs").click()
    expect(page).to_have_url(re.compile(r"/jobs\?search=scriptless\.csv$"))
    expect(page.get_by_text("No job passes the filter.")).to_be_visible()
    context.close()
