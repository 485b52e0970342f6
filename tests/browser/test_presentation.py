"""How pages behave for those who see, hear or move otherwise: motion, colours, what is read out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from app.analysis.example.example_table import example_table
from tests.browser.conftest import log_in
from tests.browser.watching import held_back
from tests.held_jobs import held_job
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

MOVING = """
() => [...document.querySelectorAll("*")].flatMap((it) => ["", "::before", "::after",
  "::-webkit-progress-value"].map((part) => getComputedStyle(it, part))
  .filter((style) => [style.animationDuration, style.transitionDuration]
    .some((times) => times.split(",").some((time) => parseFloat(time) > 0)))
  .map(() => it.outerHTML.slice(0, 80)))
"""
# A table of cells without heads says nothing to who hears it.
TABLES_WITHOUT_HEADS = """
() => [...document.querySelectorAll("table")].filter((table) =>
  !table.tHead || [...table.querySelectorAll("th")].some((head) => !head.scope)).length
"""
KEEP_WHAT_IS_SAID = """
addEventListener("DOMContentLoaded", () => {
  window.shown = [];
  const said = document.getElementById("said");
  if (said) new MutationObserver(() => window.shown.push(said.textContent))
    .observe(said, { childList: true });
});
"""


@pytest.fixture(scope="module")
def result(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, example_table().head(60).write_csv().encode(), "example.csv")
        finished(client, job_id)
    return f"/jobs/{job_id}"


@contextmanager
def page_with(browser: Browser, server: Sialoscope, **emulated: str) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, **emulated)  # type: ignore[arg-type]
    log_in(context)
    page = context.new_page()
    yield page
    context.close()


def test_nothing_moves_with_reduced_motion(
    browser: Browser, server: Sialoscope, result: str
) -> None:
    with page_with(browser, server, reduced_motion="reduce") as page:
        for path in ("/", "/jobs", f"{result}/result", f"{result}?watch=1"):
            page.goto(path)
            assert page.evaluate(MOVING) == []


def test_forced_colours_leave_all_to_be_distinguished(
    browser: Browser, server: Sialoscope, result: str
) -> None:
    with page_with(browser, server, forced_colors="active") as page:
        page.goto(f"{result}/result")
        page.locator("#filter").focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        shape = "getComputedStyle(document.querySelector('#row-table .call'), '::before').content"
        assert "●" in page.evaluate(shape)
        expect(page.locator("#row-table .call").first).to_have_text("confirmed")
        page.goto(result)
        borders = "getComputedStyle(document.getElementById('bar')).borderTopStyle"
        assert page.evaluate(borders) == "solid"


def test_steps_are_read_out_once_each(page: Page, server: Sialoscope) -> None:
    page.add_init_script(KEEP_WHAT_IS_SAID)
    with server.client() as client:
        job_id = submit(client, example_table().write_csv().encode())
    page.goto(f"/jobs/{job_id}?watch=1")
    with held_back(page, "**/result"):
        expect(page.locator("#to-result")).to_be_visible(timeout=30_000)
        received = page.evaluate("window.shown")
        assert page.locator("[aria-live], [role=status], [role=alert]").locator(".log").count() == 0
    assert len(received) == len(set(received)) <= 8  # waits, runs, five steps, its end
    assert any(text.startswith("running, step 3 of 5") for text in received)
    assert received[-1].startswith("succeeded. ")


def test_a_closed_log_stays_closed_while_the_job_goes_on(page: Page, server: Sialoscope) -> None:
    with server.client() as client:
        with held_job(server, client) as job_id:
            page.goto(f"/jobs/{job_id}")
            expect(page.locator(".panel.running")).to_be_visible(timeout=30_000)
            page.get_by_text("Log", exact=True).press("Enter")
            expect(page.locator("#log")).to_be_hidden()
            client.post(f"/api/v1/jobs/{job_id}/cancel")
        expect(page.locator(".panel.cancelled")).to_be_visible(timeout=30_000)
    expect(page.locator("#log")).to_be_hidden()
    expect(page.locator("#log-title")).to_be_focused()


def test_tables_have_heads_and_plots_have_tables(page: Page, result: str) -> None:
    for path in ("/jobs", f"{result}/result?plot=composition", f"{result}/rows/1"):
        page.goto(path)
        assert page.evaluate(TABLES_WITHOUT_HEADS) == 0
    for path, table in (("?plot=composition", "#composition"), ("", "#row-table")):
        page.goto(f"{result}/result{path}")
        page.get_by_role("figure").scroll_into_view_if_needed()
        expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)
        expect(page.locator("#plot")).to_have_accessible_name(re.compile("the table below"))
        expect(page.locator(table)).to_be_visible()
