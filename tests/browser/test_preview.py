"""What a chemist sees of a table before it is analyzed, and settings under names."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    FilePayload,
    Locator,
    Page,
    Request,
    Route,
    expect,
)

from tests.browser.conftest import watched_page
from tests.servers import TOKEN, Sialoscope
from tests.unit.analysis.reading.test_sources import GRID, MODULAR_MZMINE, MSDIAL

ODD = b"what,when,Q\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\nPC(34:1),3,4\n"
IS_Q = "the peak areas are those of 'Q'"
MZMINE = (
    b"row ID,row m/z,row retention time,row identity (main ID),a Peak area,b Peak area\n"
    b"1,1,10.1,GM1(36:1;O2),1000,1100\n2,2,10.6,GM3(36:1;O2),2000,0\n"
)
# What htmx writes to the console when a newer request replaces one that runs: a preview that is out
# of date, of an earlier choice or without the settings that have just come.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")
# Files by name and bytes, let go over the field.
DROP = """
(files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, bytes] of Object.entries(files)) {
    dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
  }
  document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer }));
}
"""


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A logged-in page, whose previews may replace each other."""
    page, troubles = watched_page(context)
    yield page
    assert [text for text in troubles if not text.startswith(GIVEN_UP)] == []


def table(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    page.set_input_files("#file", list(files))
    expect(page.locator(".look")).to_have_count(len(files), timeout=30_000)


def test_a_table_is_read_as_soon_as_it_is_chosen_and_travels_once(
    page: Page, porcine_brain: Path
) -> None:
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(int(request.header_value("content-length") or 0))

    page.on("request", note)
    page.goto("/")
    page.set_input_files("#file", porcine_brain)
    expect(page.locator(".look")).to_contain_text("323 rows", timeout=30_000)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Name")
    expect(page.locator(".first-rows tbody tr")).to_have_count(6)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    size = porcine_brain.stat().st_size
    assert len([length for length in sent if length > size]) == 1
    assert len(sent) == 2


def test_the_reading_and_the_button_are_in_view_after_a_drop(page: Page) -> None:
    page.goto("/")
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        choose(page, table("peaks.csv", MZMINE))
        expect(page.locator("#reading")).to_contain_text("was read")  # and not the one before
        expect(page.locator(".look .understood")).to_be_in_viewport(ratio=1)
        analyze = page.get_by_role("button", name="Analyze")
        expect(analyze).to_be_in_viewport(ratio=1)
        page.locator(".first-rows").scroll_into_view_if_needed()
        expect(analyze).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def choose_columns(page: Page, look: Locator) -> None:
    """Choose the columns of an odd table, then answer whether its other numbers are the areas."""
    for label, header in (("Name", "what"), ("RT", "when")):
        with page.expect_response("**/preview"):
            look.get_by_label(label, exact=True).select_option(header)
        expect(look.locator("th", has_text=header).locator(".role")).to_have_text(label)
    with page.expect_response("**/preview"):
        look.get_by_label(IS_Q).check()
    expect(look.locator("th", has_text="Q").locator(".role")).to_have_text("Volume")


def test_many_files_are_started_as_one_cohort(page: Page) -> None:
    page.goto("/")
    choose(
        page, table("a.csv", ODD.replace(b"what,when,Q", b"Name,RT,Volume")), table("b.csv", ODD)
    )
    choose_columns(page, page.locator(".look").nth(1))
    page.get_by_label("All files are one cohort").check()
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    expect(page.get_by_text("Read 2 files as one cohort of 2 samples.")).to_be_visible()


def test_columns_are_chosen_by_hand(page: Page) -> None:
    page.goto("/")
    # A column of its own, since choices are kept for the next table with the same columns.
    choose(page, table("odd.csv", ODD.replace(b"\n", b",by hand\n")))
    expect(page.get_by_role("alert")).to_contain_text("lacks the columns RT, Volume")
    page.get_by_role("button", name="Analyze").click()
    expect(page).to_have_url(re.compile("/$"))  # it is refused, so it does not start
    choose_columns(page, page.locator(".look"))
    expect(page.locator(".look [role=alert]")).to_have_count(0)
    expect(page.locator(".warnings")).to_contain_text("1 row has a name that is no ganglioside's")
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    expect(page.locator("#row-table tbody tr")).to_have_count(3)


def test_a_late_preview_does_not_undo_a_newer_choice(page: Page) -> None:
    page.goto("/")
    choose(page, table("late.csv", ODD.replace(b"\n", b",late\n")))
    late: list[Route] = []
    page.route("**/preview", lambda route: late.append(route), times=1)
    page.get_by_label("Name", exact=True).select_option("what")
    page.get_by_label("RT", exact=True).select_option("when")
    expect(page.locator("th", has_text="when").locator(".role")).to_have_text("RT")
    with suppress(Error):  # the page may have given it up
        late[0].continue_()
    page.wait_for_timeout(500)  # the time that the late answer takes
    page.get_by_label(IS_Q).check()
    for label, header in (("Volume", "Q"), ("RT", "when"), ("Name", "what")):
        expect(page.locator("th", has_text=header).locator(".role")).to_have_text(label)


def test_a_late_preview_does_not_start_the_table_before(page: Page) -> None:
    page.goto("/")
    choose(page, table("before.csv", ODD.replace(b"what,when,Q", b"Name,RT,Volume")))
    late: list[Route] = []
    page.route("**/preview", lambda route: late.append(route), times=2)
    with page.expect_request("**/preview"):
        page.get_by_label("Log P", exact=True).select_option("Volume")
    with page.expect_request("**/preview"):
        page.set_input_files("#file", table("newer.csv", MZMINE))
    page.get_by_role("button", name="Analyze").click()
    for route in late:
        with suppress(Error):  # the page may have given it up
            route.continue_()
        page.wait_for_timeout(500)  # the time that an answer takes
    page.wait_for_url("**/result", timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("newer.csv")


def test_many_files_become_a_job_each(page: Page) -> None:
    page.goto("/")
    choose(page, table("first.csv", ODD.replace(b"what,when,Q", b"Name,RT,Area")))
    choose(page, table("second.csv", MZMINE), table("third.csv", MZMINE))
    expect(page.locator(".look").first).to_contain_text(
        "2 features of MZmine in 2 samples: 3 peaks"
    )
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/jobs?batch=*")
    expect(page.get_by_role("heading", name=re.compile(r"Batch of \d+ files"))).to_be_visible()
    for name in ("second.csv", "third.csv"):
        expect(page.get_by_role("link", name=name)).to_have_count(1)
    expect(page.get_by_role("link", name="first.csv")).to_have_count(0)


def test_files_of_every_kind_and_program_are_dropped_at_once(page: Page, tmp_path: Path) -> None:
    plain = pl.read_csv(ODD.replace(b"what,when,Q", b"Name,RT,Volume"))
    plain.write_csv(tmp_path / "a.csv")
    plain.write_csv(tmp_path / "b.tsv", separator="\t")
    plain.write_excel(tmp_path / "c.xlsx")
    plain.write_parquet(tmp_path / "d.parquet")
    for name, text in {"e.csv": MODULAR_MZMINE, "f.txt": MSDIAL, "g.csv": GRID}.items():
        (tmp_path / name).write_text(text)
    page.goto("/")
    page.evaluate(DROP, {path.name: list(path.read_bytes()) for path in sorted(tmp_path.iterdir())})
    looks = page.locator(".look")
    expect(looks).to_have_count(7, timeout=30_000)
    for number, source in enumerate(
        [*["a plain table: 3 rows"] * 4, "MZmine", "MS-DIAL", "Skyline"]
    ):
        expect(looks.nth(number)).to_contain_text(source)
    expect(page.locator(".look [role=alert]")).to_have_count(0)
    role = looks.nth(5).get_by_label("b", exact=True)  # the QC of MS-DIAL becomes a blank
    expect(role).to_be_hidden()  # many files are a list, and each opens
    expect(page.get_by_role("button", name="Analyze")).to_be_in_viewport(ratio=1)
    looks.nth(5).locator("summary").first.click()
    role.focus()
    page.keyboard.press("b")
    expect(role.locator("option").first).to_have_text("by the table", timeout=30_000)
    expect(role).to_have_value("b=blank")
    expect(role).to_be_focused()
    expect(looks.nth(0).get_by_label("Unit of the retention times")).to_have_value("auto")


def test_too_large_files_are_reported_before_they_are_sent(page: Page) -> None:
    page.goto("/")
    page.set_input_files("#file", [table(f"{n}.csv", ODD) for n in range(21)])
    expect(page.get_by_role("alert")).to_contain_text("choose at most 20 at a time")
    page.evaluate("document.getElementById('submit').dataset.limitMb = '0.00001'")
    page.set_input_files("#file", [table("a.csv", ODD), table("b.csv", ODD)])
    expect(page.get_by_role("alert")).to_contain_text("The 2 files have")
    expect(page.locator(".look")).to_have_count(0)


def test_the_page_shows_what_the_server_refuses(page_on_bad_network: Page) -> None:
    page = page_on_bad_network
    page.goto("/")
    page.set_input_files("#file", table("empty.csv", b""))
    expect(page.get_by_role("alert")).to_contain_text("empty.csv is empty")


def test_settings_are_kept_under_a_name(page: Page) -> None:
    page.goto("/")
    choose(page, table("peaks.csv", b"Name,RT,Volume\nGM1(36:1;O2),606,1000\n"))
    page.locator("#rt_unit").select_option("s")
    unit = page.locator(".look").get_by_label("Unit of the retention times").locator("option").first
    expect(unit).to_have_text("s, by the settings")
    page.get_by_label("Retention time tolerance").fill("0.27")
    page.get_by_label("Save the settings above as").fill("long column")
    page.keyboard.press("Enter")
    use = page.get_by_role("link", name="Use long column")
    expect(use).to_be_visible()
    page.get_by_label("Retention time tolerance").fill("0.4")
    page.locator("#rt_unit").select_option("min")
    expect(unit).to_have_text("min, by the settings")
    use.click()
    expect(page.get_by_label("Retention time tolerance")).to_have_value("0.27")
    expect(unit).to_have_text("s, by the settings")  # what is previewed is what will run
    page.get_by_text("Delete the preset long column …").click()
    expect(use).to_be_visible()
    page.get_by_role("button", name="Delete the preset long column").click()
    expect(use).to_have_count(0)
    expect(page.get_by_label("Retention time tolerance")).to_have_value("0.27")
    expect(page).to_have_url(re.compile("/$"))


def test_it_works_without_javascript(browser: Browser, server: Sialoscope) -> None:
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"/login?token={TOKEN}")
    page.set_input_files("#file", table("odd.csv", ODD.replace(b"\n", b",plain\n")))
    page.get_by_label("Retention time tolerance").fill("0.27")
    page.get_by_role("button", name="Analyze").click()
    expect(page.get_by_role("alert")).to_contain_text("lacks the columns")
    for label, header in (("Name", "what"), ("RT", "when"), ("Volume", "Q")):
        page.get_by_label(label, exact=True).select_option(header)
    page.get_by_role("button", name="Preview with these columns").click()
    expect(page.locator(".look [role=alert]")).to_have_count(0)
    page.get_by_label("Save the settings above as").fill("plain")
    page.get_by_role("button", name="Save preset").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("what")
    page.get_by_role("link", name="Use plain").click()
    expect(page.get_by_label("Retention time tolerance")).to_have_value("0.27")
    expect(page.get_by_label("Name", exact=True)).to_have_value("what")
    page.get_by_role("button", name="Analyze").click()
    page.get_by_role("link", name="See the result").click(timeout=30_000)
    expect(page.locator("#row-table tbody tr")).to_have_count(3)
    page.locator("#row-1 a.why").click()
    expect(page.locator(".rules li")).to_have_count(10)
    page.get_by_role("link", name="In the table").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert started.value.suggested_filename.endswith(".csv")
    plain.close()


def test_it_fits_a_phone(browser: Browser, server: Sialoscope) -> None:
    phone = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    page = phone.new_page()
    page.goto(f"/login?token={TOKEN}")
    choose(page, table("wide.csv", MZMINE))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
