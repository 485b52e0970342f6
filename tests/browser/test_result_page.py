"""The result of a job in a browser: table and plot share one selection, and each row says why."""

import re
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.analysis.rules import RULES
from app.analysis.state.calls import CALLS
from tests.browser.conftest import log_in
from tests.browser.judging import violations
from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT
from tests.integration.api import finished, submit, submit_file
from tests.servers import Sialoscope, wait_until

PHONE = {"width": 390, "height": 844}
DRAWN = "#plot[data-drawn]"
UNREADABLE = b"Name,RT,Volume\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\nnothing,10,5\n"
TOP, LINE_PX = itemgetter("y"), 10  # letters of 12 px are clear of each other from there on
SERIES = """
() => echarts.getInstanceByDom(document.getElementById("plot"))
  .getOption().series.map((series) => series.id)
"""
# By the category of the bar, and the call that is its part; no category is what is not readable.
CENTRE_OF_BAR = """
async ([category, call]) => {
  const shares = await (await fetch(document.querySelector("figure.chart").dataset.src)).json();
  const place = shares.findIndex((share) => share.category === category);
  const counts = Object.entries(shares[place].counts);
  const at = counts.findIndex(([name]) => name === call);
  const below = counts.slice(0, at).reduce((sum, [, count]) => sum + count, 0);
  const chart = echarts.getInstanceByDom(document.getElementById("plot"));
  const [x, y] = chart.convertToPixel("grid", [place, below + counts[at][1] / 2]);
  return { x, y };
}
"""
CENTRE_OF_PEAK = """
(plot, row) => {
  const chart = echarts.getInstanceByDom(plot);
  const peaks = chart.getOption().series.flatMap((series) => series.data);
  const [x, y] = chart.convertToPixel("grid", peaks.find(({ member }) => member.row === row).value);
  return { x, y };
}
"""
# How the points of a table of so many are drawn.
LOOKS_OF = """
async (shown) => {
  const { optionsOf } = await import("/static/chart_options.js");
  const point = (hollow) => [36, 9, 1, "GM1", true, 0, hollow];
  const series = [["true", 0], ["outlier", 1]]
    .map(([name, hollow]) => ({ name, points: [point(hollow)] }));
  const axes = { x: "carbons", y: "rt_min", x_name: "", y_name: "" };
  const data = { ...axes, bands: [], links: [], selected: null, shown, series };
  return Object.fromEntries(optionsOf("retention", data, 900).series
    .filter(({ type }) => type === "scatter")
    .map(({ id, symbolSize: size, itemStyle: { opacity }, z }) => [id, { size, opacity, z }]));
}
"""
RINGED = """
() => {
  const chart = echarts.getInstanceByDom(document.getElementById("plot"));
  return chart.getOption().series.find((series) => series.id === "chosen").data;
}
"""


@pytest.fixture(scope="module")
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def job_id(client: httpx.Client, porcine_brain: Path) -> str:
    job_id = submit_file(client, porcine_brain)
    finished(client, job_id)
    return job_id


def rows_of(client: httpx.Client, job_id: str, **query: str) -> list[int]:
    answer = client.get(f"/api/v1/jobs/{job_id}/rows", params=query)
    return [row["row"] for row in answer.json()["rows"]]


def open_result(page: Page, job_id: str, query: str = "") -> None:
    page.goto(f"/jobs/{job_id}/result{query}")
    page.evaluate(SEE_PLOT)
    expect(page.locator(DRAWN)).to_be_visible(timeout=30_000)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over the plot, by shares of its width and height."""
    page.evaluate(SEE_PLOT)
    box = page.locator("#plot").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()


def click_as_a_hand_does(page: Page, pixel: dict[str, float], moved_px: int) -> None:
    """On the plot: the pointer moves between its press and its release."""
    box = page.locator("#plot").bounding_box()
    assert box is not None
    x, y = box["x"] + pixel["x"], box["y"] + pixel["y"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + moved_px, y)
    page.mouse.up()


def click_peak(page: Page, row: int) -> None:
    """On the plot of a row's family."""
    plot = page.locator("[data-kind=family] .plot")
    plot.scroll_into_view_if_needed()
    expect(plot).to_have_attribute("data-drawn", re.compile("."))
    plot.click(position=plot.evaluate(CENTRE_OF_PEAK, row))


def assert_saved(page: Page, kind: str, folder: Path) -> None:
    """The one plot of the page is saved in each form, as what it is, under a name that says it."""
    for name, heads in {"png": b"\x89PNG", "svg": b"<svg ", "pdf": b"%PDF-"}.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save as {name.upper()}").click()
        download.value.save_as(folder / f"{kind}.{name}")
        assert (folder / f"{kind}.{name}").read_bytes().startswith(heads)
        named = rf"sialoscope-[\w.-]+-[0-9a-f]{{8}}-v\d+(-row-\d+)?-{kind}-85mm\.{name}"
        assert re.fullmatch(named, download.value.suggested_filename)


def test_a_row_opens_why_in_the_table_and_closes_again(page: Page, job_id: str) -> None:
    open_result(page, job_id)
    link = page.locator("#row-20 a.why")
    link.focus()
    page.keyboard.press("Enter")
    why = page.locator("#row-20 + tr.opened")
    expect(why).to_contain_text("What each rule says")
    expect(why.locator(".rules li")).to_have_count(len(RULES))
    expect(link).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(why).to_have_count(0)
    expect(link).to_have_attribute("aria-expanded", "false")
    page.get_by_role("button", name="What does Residual mean?").first.press("Enter")
    expect(page.get_by_text("Measured minus predicted").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Measured minus predicted").last).to_be_hidden()


def test_a_parent_is_drawn_with_its_fragments_and_leads_to_them(
    page: Page, client: httpx.Client, job_id: str, tmp_path: Path
) -> None:
    (parent,) = rows_of(client, job_id, search="GT1(36:1;O2)", call="true")[:1]
    fragments = client.get(f"/api/v1/jobs/{job_id}/rows/{parent}").json()["fragments"]
    page.goto(f"/jobs/{job_id}/rows/{parent}")
    page.locator(".plot").scroll_into_view_if_needed()
    expect(page.locator(".plot[data-drawn]")).to_have_attribute(
        "data-drawn", str(len(fragments) + 1)
    )
    assert_saved(page, "family", tmp_path)
    page.get_by_role("link", name=str(fragments[0]["row"]), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Row {fragments[0]['row']}:")
    expect(page.get_by_role("link", name=str(parent), exact=True)).to_be_visible()
    click_peak(page, parent)
    page.wait_for_url(f"**/rows/{parent}")
    page.goto(f"/jobs/{job_id}/result?rows={parent}")
    page.locator(f"#row-{parent} a.why").click()
    click_peak(page, fragments[0]["row"])
    page.wait_for_url(f"**/rows/{fragments[0]['row']}")


def test_points_that_are_dragged_over_are_the_rows_of_the_table(
    page: Page, client: httpx.Client, job_id: str
) -> None:
    open_result(page, job_id)
    drag(page, (0.1, 0.2), (0.4, 0.8))
    page.wait_for_url("**/result?rows=*")
    chosen = page.evaluate("new URLSearchParams(location.search).get('rows')")
    rows = rows_of(client, job_id, rows=chosen)
    assert ",".join(map(str, rows)) == chosen
    assert 0 < len(rows) < 323
    expect(page.locator("#rows-shown")).to_contain_text(f"{len(rows)} rows")
    expect(page.locator("#plot-note")).to_have_text(
        f"All 323 rows are shown; {len(rows)} are selected."
    )
    shown = page.locator("#row-table tbody tr").evaluate_all("(rows) => rows.map((row) => row.id)")
    assert shown == [f"row-{row}" for row in rows[:100]]
    page.get_by_role("link", name="Clear the selection").click()
    expect(page.locator("#rows-shown")).to_contain_text("323 rows")
    page.go_back()
    expect(page.locator("#rows-shown")).to_contain_text(f"{len(rows)} rows")


@pytest.mark.parametrize("moved_px", [0, 4])
def test_a_row_and_its_point_are_chosen_together(page: Page, job_id: str, moved_px: int) -> None:
    open_result(page, job_id)
    page.locator("#row-5 th").click()
    expect(page.locator("#row-5")).to_have_class("chosen")
    page.wait_for_function(f"({RINGED})().length === 1")
    (ringed,) = page.evaluate(RINGED)
    page.evaluate(SEE_PLOT)
    click_as_a_hand_does(page, page.evaluate(CENTRE_OF_POINT, 200), moved_px)
    expect(page.locator("tr.chosen")).not_to_have_attribute("id", "row-5")
    page.wait_for_function(
        f"(before) => ![JSON.stringify([before]), '[]'].includes(JSON.stringify(({RINGED})()))",
        arg=ringed,
    )


def test_the_table_is_sorted_and_filtered_without_leaving_the_page(
    page: Page, client: httpx.Client, job_id: str
) -> None:
    open_result(page, job_id)
    page.evaluate("document.body.dataset.stays = 'yes'")
    page.locator("#sort-rt_min").press("Enter")
    expect(page.get_by_role("columnheader", name="RT (min)")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.locator("#sort-rt_min")).to_be_focused()
    page.locator("#only-fragment").click()
    expect(page.locator("#only-fragment")).to_have_attribute("aria-current", "true")
    page.get_by_label("Category", exact=True).select_option("GM")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Reason column").uncheck()
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("columnheader", name="Reason")).to_have_count(0)
    rows = rows_of(client, job_id, call="fragment", category="GM", sort="rt_min")
    expect(page.locator("#rows-shown")).to_contain_text(f"{len(rows)} rows")
    expect(page.locator("#row-table tbody tr").first).to_have_id(f"row-{rows[0]}")
    assert page.evaluate("document.body.dataset.stays") == "yes"
    page.reload()
    expect(page.locator("#row-table tbody tr").first).to_have_id(f"row-{rows[0]}")


def test_what_cannot_be_read_is_reported(page_on_bad_network: Page, job_id: str) -> None:
    page = page_on_bad_network
    page.goto(f"/jobs/{job_id}/result")
    page.get_by_label("Category", exact=True).select_option("GM")
    page.get_by_text("More filters", exact=True).click()
    carbons = page.get_by_label("Carbons from")
    carbons.fill("many")
    page.get_by_role("button", name="Filter").click()
    expect(carbons).to_have_accessible_description(re.compile("many is not a number"))
    expect(carbons).to_have_value("many")
    expect(page.get_by_label("Category", exact=True)).to_have_value("GM")
    expect(page.locator("#rows-shown")).to_contain_text("without what cannot be read")
    expect(page.locator("#row-table tbody tr").first).to_contain_text("GM")
    carbons.fill("36")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.route("**/result?*", lambda route: route.abort())
    page.locator("#only-true").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    page.unroute("**/result?*")
    page.locator("#only-true").click()
    expect(page.locator("#only-true")).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("The server cannot be reached")).to_be_hidden()


def test_each_plot_is_drawn_and_saved(page: Page, job_id: str, tmp_path: Path) -> None:
    open_result(page, job_id)
    plot = page.locator("#plot svg")
    assert_saved(page, "retention", tmp_path)
    page.get_by_label("95 % band of", exact=True).select_option("GD1")
    page.wait_for_url("**band=GD1*")
    page.get_by_label("Coloured by").select_option("category")
    page.wait_for_url("**by=category*")
    wait_until(lambda: {"GM", "GD", "GT", "GQ", "GP"} <= set(page.evaluate(SERIES)))
    series = page.evaluate(SERIES)
    assert "prediction:b :1;O2" in series
    assert not set(CALLS) & set(series)
    expect(page.locator(DRAWN)).to_be_in_viewport()
    page.get_by_label("Over", exact=True).select_option("log_p")
    expect(plot).to_contain_text("Log P")
    page.get_by_role("link", name="Residuals", exact=True).click()
    expect(plot).to_contain_text("Residual, measured minus predicted (min)")
    expect(page.locator(DRAWN)).to_be_in_viewport()
    assert_saved(page, "residuals", tmp_path)
    page.get_by_role("link", name="Composition").click()
    expect(plot).to_contain_text("Category")
    expect(page.locator(DRAWN)).to_have_attribute("data-drawn", "5")
    assert_saved(page, "composition", tmp_path)
    expect(page.get_by_role("list", name="Samples")).to_contain_text("100.0 %")
    expect(page.get_by_role("list", name="Groups")).to_contain_text("GD1")
    excluded = page.locator("#composition tbody tr", has_text="GM").locator("td").nth(4)
    expect(excluded).to_have_text("0")
    page.get_by_text("Internal standards, which are no part").click()
    page.get_by_label("Name of each standard").fill("GM1(36:1;O2) =")
    page.get_by_role("button", name="Leave these out").click()
    expect(excluded).not_to_have_text("0")
    expect(page.get_by_text("is a standard because you entered it")).to_be_visible()
    assert violations(page, {"include": [["figure.chart"]]}) == []
    page.locator("#composition tbody a").first.click()
    expect(page.locator("#only-true")).to_have_attribute("aria-current", "true")


def test_a_bar_of_the_composition_leads_to_its_rows(page: Page, client: httpx.Client) -> None:
    job_id = submit(client, UNREADABLE)
    finished(client, job_id)
    open_result(page, job_id, "?plot=composition")
    before, plot = page.url, page.locator("#plot")
    plot.click(position=page.evaluate(CENTRE_OF_BAR, ["", "invalid"]))
    assert page.url == before  # without a category there are no rows of its own
    call = client.get(f"/api/v1/jobs/{job_id}/rows/1").json()["row"]["call"]
    plot.click(position=page.evaluate(CENTRE_OF_BAR, ["GM", call]))
    page.wait_for_url(f"**category=GM&call={call}")
    rows = rows_of(client, job_id, category="GM", call=call)
    expect(page.locator("#rows-shown")).to_contain_text(f"{len(rows)} row")
    shown = page.locator("#row-table tbody tr").evaluate_all("(rows) => rows.map((row) => row.id)")
    assert shown == [f"row-{row}" for row in rows]


@pytest.mark.parametrize("width", [1280, 390])
def test_names_of_bands_are_legible(page: Page, job_id: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_result(page, job_id, "?band=GD1")
    figure = page.locator("#plot").bounding_box()
    names = page.locator("#plot svg text", has_text=re.compile(r"^[ab] :\d;O\d$"))
    boxes = sorted((box for name in names.all() if (box := name.bounding_box())), key=TOP)
    assert figure
    assert len(boxes) >= 5
    assert all(box["x"] + box["width"] <= figure["x"] + figure["width"] for box in boxes)
    assert all(lower["y"] - upper["y"] >= LINE_PX for upper, lower in pairwise(boxes))
    open_result(page, job_id, "?band=GD1&plot=residuals")  # where all lie at 0
    expect(page.locator("#plot svg")).to_contain_text("GD1: prediction, 95 % band")
    expect(page.locator("#plot svg")).to_contain_text("Residual, measured minus predicted (min)")
    expect(names).to_have_count(0)


def test_each_model_is_described_and_leads_to_its_band(page: Page, job_id: str) -> None:
    page.goto(f"/jobs/{job_id}/result")
    models = page.get_by_role("region", name="Table of retention models")
    for title in ("R²", "LOO R²", "Equation"):
        expect(models.get_by_role("columnheader", name=title).first).to_be_visible()
    model = models.get_by_role("row").filter(has=page.get_by_role("rowheader", name="GD1").first)
    numbers = [float(text) for text in model.first.locator(".number").all_inner_texts()[2:4]]
    assert all(0.5 < number <= 1 for number in numbers)
    expect(model.first.locator("code")).to_contain_text("RT = ")
    model.first.get_by_role("link").click()
    page.wait_for_url("**band=GD1*")
    expect(page.get_by_label("95 % band of", exact=True)).to_have_value("GD1")


def test_it_fits_a_phone(page: Page, job_id: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for address in (f"/jobs/{job_id}/result", f"/jobs/{job_id}/rows/253"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def test_a_phone_shows_names_with_their_calls(page: Page, job_id: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/jobs/{job_id}/result?search=Hex%2BHexNAc")  # the longest
    table = page.get_by_role("region", name="Rows of the result")
    table.scroll_into_view_if_needed()
    for call in table.locator("td .call").all():
        expect(call).to_be_in_viewport(ratio=1)


def test_all_but_the_plots_works_without_javascript(
    browser: Browser, server: Sialoscope, client: httpx.Client, job_id: str
) -> None:
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(plain)
    page = plain.new_page()
    page.goto(f"/jobs/{job_id}/result?plot=composition")
    expect(page.locator("#composition tbody tr")).to_have_count(5)
    page.get_by_label("Class", exact=True).select_option("GD1")
    page.get_by_role("button", name="Filter").click()
    page.locator("#sort-rt_min").click()
    page.locator("#sort-rt_min").click()
    rows = rows_of(client, job_id, prefix="GD1", sort="-rt_min")
    shown = page.locator("#row-table tbody tr").evaluate_all("(rows) => rows.map((row) => row.id)")
    assert shown == [f"row-{row}" for row in rows]
    page.get_by_role("link", name=str(rows[0]), exact=True).click()
    expect(page.locator(".rules li")).to_have_count(len(RULES))
    page.get_by_role("link", name="In the table").click()
    expect(page.locator("tr.chosen")).to_have_attribute("id", f"row-{rows[0]}")
    plain.close()


def test_a_tour_of_four_steps_is_offered_until_it_is_ended(page: Page, job_id: str) -> None:
    page.goto(f"/jobs/{job_id}/result")
    tour = page.get_by_role("region", name="Tour of the result")
    expect(tour).to_contain_text("Your first result?")
    page.get_by_role("button", name="Show me").press("Enter")
    for step, subject in enumerate(
        (".summary", "figure.chart", "#row-table", ".title .actions"), 1
    ):
        expect(tour.locator(".step:visible")).to_contain_text(f"{step} of 4.")
        expect(tour.locator(".step:visible")).to_be_focused()
        expect(page.locator(".toured")).to_have_count(1)
        expect(page.locator(f"{subject}.toured")).to_be_in_viewport()
        if step == 2:
            tour.get_by_role("button", name="Back").click()
            expect(tour.locator(".step:visible")).to_contain_text("1 of 4.")
            tour.get_by_role("button", name="Next").click()
        if step < 4:
            tour.get_by_role("button", name="Next").press("Enter")
    page.keyboard.press("Escape")
    expect(tour).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.goto(f"/jobs/{job_id}/rows/159")
    expect(tour).to_have_count(0)
    page.get_by_role("button", name="What does Predicted mean?").press("Enter")
    expect(page.locator("#term-predicted")).to_contain_text("Where the model expects this name")
    page.goto(f"/jobs/{job_id}/result")
    expect(page.locator("#row-table tbody tr").first).to_be_visible()
    expect(tour).to_be_hidden()
    few, many = (page.evaluate(LOOKS_OF, number) for number in (300, 20_000))
    assert few["true"]["size"] > many["true"]["size"]
    assert many["outlier"]["opacity"] < many["true"]["opacity"] / 2 < few["true"]["opacity"] / 2
    assert many["outlier"]["z"] < many["true"]["z"]
