"""What would change an assignment, in a browser: on a row's page, in the table, by keyboard."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.analysis.example.example_table import example_table
from tests.browser.conftest import log_in
from tests.browser.judging import misfits, violations
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

QUESTION = "What would change this assignment?"


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        made = submit(client, example_table().write_csv().encode(), "example.csv")
        assert finished(client, made)["status"] == "succeeded"
    return made


@pytest.fixture(scope="module")
def sentence(server: Sialoscope, job: str) -> str:
    """The answer for row 1."""
    with server.client() as client:
        return str(client.get(f"/api/v1/jobs/{job}/rows/1/flips").json()["sentence"])


def test_the_page_of_a_row_shows_it_below_the_button(page: Page, job: str, sentence: str) -> None:
    page.goto(f"/jobs/{job}/rows/1")
    question = page.get_by_role("link", name=QUESTION)
    question.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flips-found")).to_contain_text(sentence)
    expect(page.locator(".flips-found")).to_contain_text("tried in a run of the analysis")
    expect(question).to_be_focused()
    assert re.search(r"/rows/1$", page.url)
    assert violations(page) == []
    assert misfits(page) == {}


def test_a_sentence_leads_to_the_row_that_it_names(
    server: Sialoscope, page: Page, job: str
) -> None:
    row, other = _row_that_needs_another(server, job)
    page.goto(f"/jobs/{job}/rows/{row}")
    page.get_by_role("link", name=QUESTION).click()
    page.locator(".flips-found").get_by_role("link", name=f"row {other}", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/rows/{other}$"))


def test_the_table_shows_it_beside_the_plot_and_below_the_row(
    page: Page, job: str, sentence: str
) -> None:
    page.goto(f"/jobs/{job}/result?row=1")
    page.locator("#row-1 a.why").click()
    for place in ("#detail", "tr.opened"):
        page.locator(place).get_by_role("link", name=QUESTION).click()
        expect(page.locator(f"{place} .flips-found")).to_contain_text(sentence)
    assert violations(page) == []


def test_without_javascript_it_is_a_page(
    browser: Browser, server: Sialoscope, job: str, sentence: str
) -> None:
    with browser.new_context(base_url=server.url, java_script_enabled=False) as context:
        log_in(context)
        page = context.new_page()
        page.goto(f"/jobs/{job}/rows/1")
        page.get_by_role("link", name=QUESTION).click()
        expect(page.get_by_role("heading", name="What would change row 1")).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text(sentence)


def test_where_there_is_no_answer_a_page_says_why(
    server: Sialoscope, page_on_bad_network: Page
) -> None:
    with server.client() as client:
        job = submit(client, example_table().head(40).write_csv().encode(), "gone.csv")
        assert finished(client, job)["status"] == "succeeded"
    for path in [each for each in server.data.rglob(f"uploads/**/*{job}*") if each.is_file()]:
        path.unlink()
    page_on_bad_network.goto(f"/jobs/{job}/rows/1")
    page_on_bad_network.get_by_role("link", name=QUESTION).click()
    expect(page_on_bad_network.get_by_role("main")).to_contain_text("no longer kept")


def _row_that_needs_another(server: Sialoscope, job: str) -> tuple[int, int]:
    """A row that would have another call without another row, and that row."""
    with server.client() as client:
        fragments = client.get(f"/api/v1/jobs/{job}/rows", params={"call": "fragment"}).json()
        for row in [each["row"] for each in fragments["rows"]]:
            flips = _flips(client, job, row)
            if "without" in flips:
                return row, flips["without"]
    raise AssertionError("no fragment depends on one row")


def _flips(client: httpx.Client, job: str, row: int) -> dict[str, int]:
    found = client.get(f"/api/v1/jobs/{job}/rows/{row}/flips").json()["flips"]
    return {flip["kind"]: flip["changed_row"] for flip in found}
