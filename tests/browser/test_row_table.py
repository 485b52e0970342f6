"""The table of a result: reasons in view, rows of two lines, and three probabilities."""

import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import log_in
from tests.browser.judging import misfits, violations
from tests.servers import Sialoscope

FRAGMENT = 9  # of row 253
CLIPBOARD = "navigator.clipboard.readText()"
SCROLLED = "document.querySelector('.scroll.tall').scrollIntoView()"
IN_VIEW = """
() => [...document.querySelectorAll("#row-table tbody tr")].map((row) => [
  row.getBoundingClientRect(), row.querySelector(".reason").getBoundingClientRect(),
]).filter(([row, reason]) => row.bottom <= innerHeight && reason.right <= innerWidth)
  .map(([row]) => row.height)
"""
# Scrolls until the lower edge of the table cuts a row through the middle of its link.
CUT_LINK = """
(number) => {
  const link = document.querySelector(`#row-${number} a.why`);
  const box = link.closest(".scroll");
  box.scrollIntoView({ block: "end" });
  const middle = () => (link.getBoundingClientRect().top + link.getBoundingClientRect().bottom) / 2;
  box.scrollTop += middle() - box.getBoundingClientRect().top - box.clientHeight;
  return { x: link.getBoundingClientRect().left + 3, y: middle() - 3 };
}
"""


def test_reasons_of_25_rows_are_in_view(page: Page, brain_job: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 1080})
    page.goto(f"/jobs/{brain_job}/result")
    page.evaluate(SCROLLED)
    line = 0.85 * 16 * 1.3
    heights = page.evaluate(IN_VIEW)
    assert len(heights) >= 25
    assert max(heights) < 3 * line
    cell = page.locator(f"#row-{FRAGMENT} .probabilities")
    expect(cell).to_contain_text("0 / 100 / 0")
    expect(cell.locator("[title]")).to_have_attribute(
        "title", "0 % that it is what its label says, 100 % a fragment or other ion, 0 % neither"
    )
    widths = [rect.get_attribute("width") for rect in cell.locator("rect").all()]
    assert widths == ["0", "100", "0"]
    reason = page.locator(f"#row-{FRAGMENT} .reason")
    assert "which can give it by loss of sugars" in (reason.get_attribute("title") or "")
    not_confirmed = page.locator("#row-table tr:has(.call.outlier)").first
    expect(not_confirmed.locator("td:has(.call)")).to_have_text("not confirmed unexplained")
    page.get_by_role("button", name="What does Assignment mean?").first.click()
    expect(page.locator("#term-call")).to_contain_text("true, fragment, outlier, ambiguous and")
    page.keyboard.press("Escape")
    page.get_by_label("Anchors").select_option("yes")
    page.get_by_label("Isomer", exact=True).select_option("a")
    page.get_by_role("button", name="Filter").click()
    anchors = 14  # of GD1a and its forms
    expect(page.locator("#rows-shown")).to_contain_text(f"{anchors} rows")
    expect(page.locator("#row-table tbody .anchor")).to_have_count(anchors)
    page.locator("#row-1 a.why").click()
    expect(page.locator("tr.opened")).to_contain_text("100 % what its label says")
    page.locator("#row-1 a.why").click()
    assert violations(page, {"include": [["section[aria-labelledby=rows]"]]}) == []
    assert misfits(page) == {}


def test_keys_tick_rows_and_columns_keep_their_widths(
    page_on_bad_network: Page, brain_job: str
) -> None:
    page = page_on_bad_network  # a refused form leaves a line in the console
    page.set_viewport_size({"width": 1280, "height": 1080})
    page.goto(f"/jobs/{brain_job}/result?call=outlier")
    names = page.locator("#row-table tbody th")
    page.locator("#row-table[role=grid] tbody td").first.focus()
    for key in ("ArrowRight", "Space", *3 * ["Shift+ArrowDown"], "Shift+ArrowUp"):
        page.keyboard.press(key)  # as a selection, the ticks follow the keys back
    expect(names.nth(2)).to_be_focused()
    expect(page.get_by_role("button", name="Override 3 ticked rows")).to_be_enabled()
    page.keyboard.press("Control+End")
    expect(page.locator("#row-table tbody tr").last.locator("td").last).to_be_focused()
    page.keyboard.press("PageUp")
    page.keyboard.press("Control+Home")
    expect(page.locator("#row-table tbody td").first).to_be_focused()
    page.keyboard.press("Tab")  # the whole table is one stop
    assert page.evaluate("document.activeElement.closest('#row-table') === null")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#row-table tbody td").first).to_be_focused()
    expect(page.get_by_role("link", name="sodium adduct, 10 rows")).to_have_attribute(
        "href", re.compile("ion=sodium")
    )
    page.keyboard.press("Enter")
    expect(page.locator("tr.opened")).to_contain_text("What each rule says")
    edge = page.get_by_role("separator", name="Width of Name")
    before = int(edge.get_attribute("aria-valuenow") or 0)
    edge.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wide = str(before + 48)
    expect(edge).to_have_attribute("aria-valuenow", wide)
    slider = page.get_by_label("Lowest confidence of confirmed rows")
    page.locator("#threshold").fill("0.9")
    expect(page.locator("#threshold-effect")).to_contain_text("confirmed rows have at least 0.90;")
    expect(slider).to_have_value("0.9")
    slider.fill("0.97")
    expect(page.locator("#threshold-effect")).to_contain_text("confirmed rows have at least 0.97;")
    page.wait_for_url("**threshold=0.97*")
    page.goto(f"/jobs/{brain_job}/result?threshold=0.97")
    expect(edge).to_have_attribute("aria-valuenow", wide)  # remembered
    kept = page.locator("#threshold-effect").inner_text().partition(" of ")[0]
    expect(page.locator("#rows-shown")).to_contain_text(f"{kept} rows")
    page.locator("#row-table .tick").nth(0).check()
    page.locator("#row-table .tick").nth(4).click(modifiers=["Shift"])
    assert violations(page, {"include": [["section[aria-labelledby=rows]"]]}) == []
    page.get_by_role("button", name="Override 5 ticked rows").click()
    reason = page.get_by_label("Reason, for each of them")
    expect(reason).to_be_visible()
    assert violations(page) == []
    reason.fill("seen in MS/MS")
    page.reload()
    expect(reason).to_have_value("seen in MS/MS")
    page.get_by_role("button", name="Override 5 rows in a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose another call or anchor")
    expect(reason).to_have_value("seen in MS/MS")


def test_keys_reach_the_table_at_once_and_walk_it_as_a_spreadsheet(
    page: Page, brain_job: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1080})
    page.goto(f"/jobs/{brain_job}/result?call=fragment")
    cells = page.locator("#row-table[role=grid] tbody td")
    expect(cells.first).to_have_attribute("tabindex", "0")
    for key in ("Tab", "Tab", "Enter"):  # the second skip link
        page.keyboard.press(key)
    expect(cells.first).to_be_focused()
    rows = page.locator("#row-table tbody tr")
    for key in ("Control+ArrowRight", "Control+ArrowDown"):
        page.keyboard.press(key)
    expect(rows.last.locator("td").last).to_be_focused()
    for key in ("Control+ArrowUp", "Control+ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("#sort-row")).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "Tab"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="What does Assignment mean?").last).to_be_focused()
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    expect(rows.first.locator("td").nth(1)).to_be_focused()
    page.keyboard.press("Control+a")
    expect(page.get_by_role("button", name="Override 71 ticked rows")).to_be_enabled()
    assert violations(page, {"include": [["section[aria-labelledby=rows]"]]}) == []
    page.locator("#plot-retention").focus()
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowRight"):  # the plots are one stop
        page.keyboard.press(key)
    expect(page.locator("#plot-residuals")).to_be_focused()
    page.locator("#row-table td[tabindex='0']").focus()
    for key in ("Control+ArrowUp", "Control+ArrowRight", "ArrowLeft", "Enter"):  # its parent
        page.keyboard.press(key)
    expect(page.locator("#row-253.chosen")).to_be_visible()
    page.locator("#row-253 a.why").focus()
    page.keyboard.press("F2")
    page.wait_for_url("**/overrides?row=253")


def test_a_cell_and_the_ticked_rows_are_copied_as_a_spreadsheet_reads_them(
    page: Page, brain_job: str
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"/jobs/{brain_job}/result?rows=16,27")
    page.locator("#row-table[role=grid] td[tabindex='0']").focus()
    for key in ("ArrowDown", "Control+c"):
        page.keyboard.press(key)
    assert page.evaluate(CLIPBOARD) == "27"
    for key in ("Control+a", "Control+c"):
        page.keyboard.press(key)
    head, *rows = (line.split("\t") for line in page.evaluate(CLIPBOARD).split("\n"))
    assert head[:3] == ["Row", "Name", "Assignment"]
    assert [row[:3] for row in rows] == [
        ["16", "GD1(38:0;O2)", "confirmed"],
        ["27", "GD1(40:3;O2)", "not confirmed sodium adduct"],
    ]
    copied = dict(zip(head, rows[1], strict=True))
    assert copied["Isomer"] == ""
    assert copied["Parent row"] == "16"
    assert copied["Peak area"].isdigit()


def test_rows_open_while_others_load_and_where_the_table_cuts_them(
    page: Page, brain_job: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1080})
    page.goto(f"/jobs/{brain_job}/result")
    page.evaluate(SCROLLED)
    late: list[Route] = []
    page.route("**/rows/*", lambda route: late.append(route), times=2)
    with page.expect_request("**/rows/1"):  # for the pane beside the plot
        page.locator("#row-1").get_by_role("rowheader").click()
    for row in (2, 3):
        page.locator(f"#row-{row} a.why").press("Enter")
    expect(page.locator("#row-3 + tr.opened")).to_contain_text("What each rule says")
    page.wait_for_function("document.getElementById('detail').dataset.row === '3'")
    for route in late:
        route.continue_()
    expect(page.locator("#row-2 + tr.opened")).to_contain_text("What each rule says")
    expect(page.locator("#detail h3")).to_contain_text("Row 3:")
    assert page.url.endswith("/result")
    page.mouse.click(**page.evaluate(CUT_LINK, 40))
    expect(page.locator("#row-40 + tr.opened")).to_contain_text("What each rule says")


def test_a_wrong_filter_keeps_the_result_without_javascript(
    browser: Browser, server: Sialoscope, brain_job: str
) -> None:
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(plain)
    page = plain.new_page()
    page.goto(f"/jobs/{brain_job}/result?call=fragment")
    page.get_by_text("More filters", exact=True).click()
    page.get_by_label("RT (min) from").fill("soon")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_label("RT (min) from")).to_have_accessible_description(
        "soon is not a number. Write digits with a point, as in 7.5."
    )
    expect(page.locator("#rows-shown")).to_contain_text("71 rows")
    plain.close()
