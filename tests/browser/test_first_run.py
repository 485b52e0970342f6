"""From an empty page to an audited result, as a chemist does it."""

import re
from collections import Counter
from pathlib import Path

import polars as pl
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.analysis.state.calls import ASSIGNMENTS
from tests.browser.plots import SEE_PLOT
from tests.browser.watching import WATCH_THE_BAR, held_back
from tests.servers import TOKEN, Sialoscope

REAL_ROWS = 323
HELP = re.compile(r"\w+ \w+ \w+.*\.$")


def test_the_real_table_is_watched_through_its_steps_to_its_rows(
    page: Page, server: Sialoscope, porcine_brain: Path, tmp_path: Path
) -> None:
    page.add_init_script(f"({WATCH_THE_BAR})()")
    page.goto("/")
    page.set_input_files("#file", porcine_brain)
    page.get_by_role("button", name="Analyze").click()
    with held_back(page, "**/result"):
        expect(page.locator("#to-result")).to_be_visible(timeout=30_000)
        seen = page.evaluate("window.seen")
        expect(page.locator(".log li")).not_to_have_count(0)
    page.wait_for_url("**/result")
    assert seen == sorted(seen)
    assert len({value for value in seen if 0 < value < 100}) >= 3
    assert seen[-1] == 100
    expect(page.locator("#rows-shown")).to_contain_text(f"{REAL_ROWS} rows")
    page.evaluate(SEE_PLOT)
    expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)
    expect(page.locator("#row-1 .call")).to_have_text("confirmed")
    assert counts_of(page) == counted_by_api(server, page.url.split("/")[-2])
    page.locator("#row-1 a.why").click()
    expect(page.locator("#row-1 + tr.opened")).to_contain_text("What each rule says")
    for name in ("CSV", "XLSX"):
        with page.expect_download() as started:
            page.get_by_role("link", name=name, exact=True).click()
        started.value.save_as(tmp_path / name)
    assert pl.read_csv(tmp_path / "CSV").height == REAL_ROWS
    rows = pl.read_excel(tmp_path / "XLSX", sheet_name="rows", infer_schema_length=None)
    assert rows.height == REAL_ROWS


def counts_of(page: Page) -> dict[str, int]:
    """The rows of each call, as the summary of a result says."""
    each = page.locator("ul.summary a").all()
    numbers = [(one.locator("span").inner_text(), one.locator("b").inner_text()) for one in each]
    return {call: int(number.replace(",", "")) for call, number in numbers}


def counted_by_api(server: Sialoscope, job_id: str) -> dict[str, int]:
    """The same, by counting the rows themselves; the page has words of its own for the calls."""
    with server.client() as client:
        answer = client.get(f"/api/v1/jobs/{job_id}/rows", params={"limit": 10_000})
    found = Counter(row["call"] for row in answer.json()["rows"])
    return {words: found[call] for call, words in ASSIGNMENTS.items()}


def test_settings_are_explained_and_the_example_needs_no_file(page: Page) -> None:
    page.goto("/")
    settings = page.locator("#settings").locator("input, select")
    assert settings.count() > 1
    for field in settings.all():
        expect(field).to_have_accessible_description(HELP)
    page.get_by_role("button", name="Try the example").click()
    page.wait_for_url("**/result", timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("example.csv")
    page.goto("/jobs")
    expect(page.get_by_role("link", name="example.csv").first).to_be_visible()


def test_rows_are_filtered_by_call(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Try the example").click()
    page.wait_for_url("**/result", timeout=30_000)
    page.get_by_role("group", name="Assignments").get_by_label("in-source fragment").check()
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#only-fragment")).to_have_attribute("aria-current", "true")
    calls = page.locator("#row-table tbody .call").all_inner_texts()
    assert calls
    assert {call.strip() for call in calls} == {"in-source fragment"}


def test_a_bad_table_is_reported_in_a_sentence(page: Page) -> None:
    page.goto("/")
    page.set_input_files(
        "#file", {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"Name,Volume\nGM1,1\n"}
    )
    page.get_by_role("button", name="Analyze").click()
    expect(page.get_by_role("alert")).to_contain_text("lacks the column RT", timeout=30_000)
    expect(page).to_have_url(re.compile("/$"))


def test_a_dropped_file_is_taken(page: Page) -> None:
    page.goto("/")
    drop = """
    () => {
      const data = new DataTransfer();
      data.items.add(new File(["Name,RT,Volume\\nGM1(36:1;O2),10.1,5\\n"], "dropped.csv"));
      document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
    }
    """
    page.evaluate(drop)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("dropped.csv")


def test_the_api_is_described_without_another_host(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.get_by_text("/api/v1/jobs", exact=True).first).to_be_visible()
    last = page.locator("#operations code").last
    expect(last).to_be_hidden()
    page.get_by_text("All operations as a list").click()
    expect(last).to_be_visible()


def test_a_first_visitor_finds_the_example_without_scrolling_and_reads_what_comes_of_it(
    browser: Browser, server: Sialoscope
) -> None:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"/login?token={TOKEN}")
    expect(page.get_by_role("button", name="Try the example")).to_be_in_viewport(ratio=1)
    context.close()


def test_it_all_works_without_javascript(browser: Browser, server: Sialoscope) -> None:
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"/login?token={TOKEN}")
    page.get_by_role("button", name="Try the example").click()
    expect(page.get_by_role("link", name="See the result")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="See the result").click()
    expect(page.locator("#row-table tbody tr").first).to_be_visible()
    plain.close()


def test_without_the_token_there_is_only_the_login(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/jobs")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("not this server's token")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Analyze")).to_be_visible()
