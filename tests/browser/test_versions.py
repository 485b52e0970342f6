"""From a result to its files, its record, and a version with overrides, by keyboard and pointer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.analysis.example.example_table import example_table
from app.web.templating.record_names import record_name, record_value
from tests.browser.conftest import log_in
from tests.browser.judging import misfits, violations
from tests.browser.watching import held_back
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

NARROW = {"width": 390, "height": 844}


def open_example(page: Page) -> str:
    page.goto("/")
    page.get_by_role("button", name="example").click()
    page.wait_for_url("**/result", timeout=30_000)
    return page.url.removesuffix("/result")


@pytest.fixture(scope="module")
def example(server: Sialoscope) -> str:
    """The address of a job of the example that tests only look at."""
    with server.client() as client:
        job_id = submit(client, example_table().write_csv().encode(), "example.csv")
        assert finished(client, job_id)["status"] == "succeeded"
    return f"/jobs/{job_id}"


def no_sideways_scrolling(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_a_file_is_downloaded_under_a_name_of_its_own(
    page: Page, example: str, tmp_path: Path
) -> None:
    page.goto(f"{example}/result")
    downloads = page.get_by_role("region", name="Downloads")
    for name, suffix in (
        *(("XLSX", "xlsx"), ("mzTab-M", "mztab"), ("Parquet", "parquet")),
        *(("CSV", "csv"), ("JSON", "json")),
    ):
        with page.expect_download() as started:
            downloads.get_by_role("link", name=name, exact=True).click()
        file = started.value
        assert file.suggested_filename.startswith("example-")
        assert file.suggested_filename.endswith(f".{suffix}")
        file.save_as(tmp_path / suffix)
        assert (tmp_path / suffix).stat().st_size > 1000


def test_the_report_is_drawn_on_the_server_and_fits_a_phone(page: Page, example: str) -> None:
    page.goto(f"{example}/result")
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_role("heading", name="Rows by assignment")).to_be_visible()
    plots = page.locator("svg[role=img]")
    expect(plots).to_have_count(2)
    for number in range(2):
        expect(plots.nth(number)).to_be_visible()
    how = "[document.body, document.querySelector('.scroll')].map((it) => getComputedStyle(it))"
    looks = f"(([body, table]) => [body.maxWidth, table.overflowX])({how})"
    assert page.evaluate(looks) == ["960px", "auto"]
    page.emulate_media(media="print")
    assert page.evaluate(looks) == ["none", "visible"]
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert no_sideways_scrolling(page)


def test_a_call_is_overridden_and_the_versions_are_compared(page: Page) -> None:
    job = open_example(page)
    page.get_by_role("link", name="Override assignments and anchors").click()
    blank = page.get_by_role("group", name="A further override")
    blank.get_by_label("Row").fill("2")
    blank.get_by_label("Assignment").select_option("invalid")
    page.get_by_role("button", name="Look up the rows").click()
    line = page.get_by_role("group", name="Override of row 2")
    expect(line).to_contain_text("Now: ")
    line.get_by_label("Reason").fill("carry-over")
    page.keyboard.press("Enter")
    page.wait_for_url("**/result", timeout=30_000)
    assert page.url != f"{job}/result"
    expect(page.locator("#row-2")).to_contain_text("carry-over")
    expect(page.locator("#row-2 .unconfirmed")).to_have_text("by hand")
    note = page.locator("#by-hand")
    expect(note).to_contain_text("1 assignment was decided by hand.")
    expect(note.get_by_role("link", name="Compare with version 1")).to_have_attribute(
        "href", re.compile(rf"{job.rpartition('/')[2]}/compare/")
    )
    note.get_by_role("link", name="Show this row").click()
    expect(page.locator("#row-table tbody tr")).to_have_count(1)
    page.locator("#row-2 a.why").click()
    why = page.locator("#row-2 + tr.opened")
    expect(why).to_contain_text("Overridden by hand by local")
    expect(why).to_contain_text("excluded, because: carry-over")
    expect(why).to_contain_text("The rules alone had said")
    expect(why.get_by_role("link", name="Change the override")).to_be_visible()
    page.get_by_role("link", name="Run record and audit trail").click()
    expect(page.get_by_text("The stored rows are those that this run wrote.")).to_be_visible()
    expect(page.get_by_role("region", name="Audit trail", exact=True)).to_contain_text(
        "because: carry-over"
    )
    page.get_by_role("link", name="version 1 with this one").click()
    expect(page.get_by_role("heading", name="1 row changed assignment")).to_be_visible()
    expect(page.get_by_role("region", name="Settings that differ")).to_contain_text("excluded")
    expect(page.get_by_role("region", name="Rows that changed assignment")).to_contain_text(
        "carry-over"
    )


def test_an_override_without_a_reason_is_reported_beside_what_was_typed(
    page_on_bad_network: Page,
) -> None:
    page = page_on_bad_network
    job = open_example(page)
    page.goto(f"{job}/overrides?row=2")
    page.get_by_role("group", name="Override of row 2").get_by_label("Assignment").select_option(
        "true"
    )
    page.get_by_role("button", name="Refit as a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why row 2 is overridden")
    expect(
        page.get_by_role("group", name="Override of row 2").get_by_label("Assignment")
    ).to_have_value("true")


def test_a_row_and_its_why_lead_to_its_override_and_that_to_another_anchor(page: Page) -> None:
    job = open_example(page)
    page.locator("#row-3").get_by_role("link", name="Override row 3").click()
    expect(page).to_have_url(re.compile(r"/overrides\?row=3$"))
    expect(page.get_by_role("group", name="Override of row 3")).to_contain_text("Now: ")
    page.goto(f"{job}/rows/4")
    page.get_by_role("link", name="Override row 4").click()
    line = page.get_by_role("group", name="Override of row 4")
    expect(line).to_contain_text("Now: ")
    was_anchor = line.get_by_text("an anchor").count() > 0
    line.get_by_label("Anchor").select_option("no" if was_anchor else "yes")
    line.get_by_label("Reason").fill("by its standard")
    page.get_by_role("button", name="Refit as a new version").click()
    page.wait_for_url("**/result", timeout=30_000)
    assert page.url != f"{job}/result"
    expect(page.locator("#row-4 .anchor")).to_have_count(0 if was_anchor else 1)
    page.locator("#row-4 a.why").click()
    expect(page.locator("#row-4 + tr.opened")).to_contain_text(
        f"made {'no' if was_anchor else 'an'} anchor, because: by its standard"
    )


def test_the_record_shows_what_the_run_went_by(page: Page, server: Sialoscope) -> None:
    job = open_example(page)
    with server.client() as client:
        record = client.get(f"/api/v1{job.removeprefix(server.url)}/record").json()
    page.get_by_role("link", name="Run record and audit trail").click()
    names, values = (page.locator(f".record {tag}").all_inner_texts() for tag in ("dt", "dd"))
    shown = dict(zip(names, values, strict=True))
    assert re.fullmatch("[0-9a-f]{64}", shown["SHA-256 of the table"])
    assert record["seed"] is None
    assert shown["Seed of random numbers"] == "\N{EN DASH}"
    assert shown["Mass tolerance (ppm)"] == "10.0"
    for part in ("input", "software", "settings"):
        for name, value in record[part].items():
            key = f"{part}.{name}"
            assert shown[record_name(key)] == record_value(str(value), key), name
    assert shown[record_name("input.bytes")] == f"{record['input']['bytes']:,}"


def test_a_run_is_repeated_exactly_and_found_equal(page: Page) -> None:
    open_example(page)
    page.get_by_role("link", name="Run record and audit trail").click()
    page.get_by_role("button", name="Run again exactly").click()
    page.wait_for_url("**/result", timeout=30_000)
    page.get_by_role("link", name="Run record and audit trail").click()
    expect(page.get_by_text("The rows equal those of the run before")).to_be_visible()
    page.get_by_role("link", name="Compare the two").click()
    expect(page.get_by_text(re.compile(r"None of \d+ rows changed assignment\."))).to_be_visible()


@pytest.mark.parametrize("path", ["record", "overrides?row=1", "result"])
def test_the_pages_fit_a_phone(page: Page, example: str, path: str) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto(f"{example}/{path}")
    assert no_sideways_scrolling(page)


def test_the_override_form_works_without_javascript(browser: Browser, server: Sialoscope) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    with server.client() as client:
        job = client.get("/api/v1/jobs?status=succeeded").json()["jobs"][0]["id"]
    page.goto(f"/jobs/{job}/overrides?row=1")
    line = page.get_by_role("group", name="Override of row 1")
    line.get_by_label("Anchor").select_option("yes")
    line.get_by_label("Reason").fill("a standard")
    page.get_by_role("button", name="Refit as a new version").click()
    page.wait_for_url("**/jobs/*?watch=1")
    context.close()


def test_a_refit_shows_which_assignments_an_anchor_moves(page: Page, example: str) -> None:
    page.goto(f"{example}/overrides?row=109")
    line = page.get_by_role("group", name="Override of row 109")
    line.get_by_label("Anchor").select_option("no")
    line.get_by_label("Reason").fill("another peak")
    with held_back(page, "**/result"):  # or it takes the place of the panel
        page.get_by_role("button", name="Refit as a new version").click()
        moved = page.locator("#panel #moved")
        expect(moved).to_contain_text("Taking away this anchor moved 4 assignments.")
        expect(page.locator("#said")).to_contain_text(
            "Taking away this anchor moved 4 assignments."
        )
        rows = moved.locator("tbody tr")
        expect(rows).to_have_count(4)
        expect(rows.first).to_contain_text("109")
        expect(rows.first).to_contain_text(example_table()["Name"][108])
        expect(rows.first.locator(".call")).to_have_text(["confirmed", "not confirmed"])
        assert violations(page) == []
        assert misfits(page) == {}
    page.wait_for_url("**/result", timeout=30_000)
    note = page.locator("#moved")
    expect(note).to_contain_text("Taking away this anchor moved 4 assignments.")
    note.get_by_role("link", name="Show what moved").click()
    expect(page.get_by_role("heading", name="4 rows changed assignment")).to_be_visible()
