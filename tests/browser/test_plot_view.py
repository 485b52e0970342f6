"""The plots of a result at a glance: points apart, details beside them, and paper when saved."""

import re
from pathlib import Path
from struct import unpack
from urllib.parse import unquote

from playwright.sync_api import Page, Route, expect

from tests.browser.judging import misfits, violations
from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT
from tests.servers import wait_until

APART_PX = 4
HIDDEN = """
(apart) => {
  const chart = echarts.getInstanceByDom(document.getElementById("plot"));
  const points = chart.getOption().series
    .filter(({ type, id }) => type === "scatter" && id !== "chosen")
    .flatMap(({ data }) => data.map(([x, y]) => chart.convertToPixel("grid", [x, y])));
  return points.filter(([x, y], at) => points.some(([otherX, otherY], other) =>
    at !== other && Math.hypot(x - otherX, y - otherY) < apart)).length;
}
"""
SERIES = """
() => echarts.getInstanceByDom(document.getElementById("plot")).getOption().series
  .map(({ id, type, itemStyle, data }) => [id, [type, itemStyle?.color, data?.length]])
"""
AXIS = "echarts.getInstanceByDom(document.getElementById('plot')).getOption().xAxis[0]"
TOP_OF_AXIS = """
() => {
  const chart = echarts.getInstanceByDom(document.getElementById("plot"));
  return chart.convertToPixel({ yAxisIndex: 0 }, chart.getOption().yAxis[0].max);
}
"""
DOUBLE_CLICK_AT = {"x": 110, "y": 100}  # where no point is


def open_plot(page: Page, brain_job: str, query: str = "") -> None:
    page.goto(f"/jobs/{brain_job}/result{query}")
    page.evaluate(SEE_PLOT)
    expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)


def test_the_plot_explains_points_and_stays_in_view(
    page: Page, brain_job: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    open_plot(page, brain_job)
    series = dict(page.evaluate(SERIES))
    assert sum(series[call][2] for call in ("true", "fragment", "outlier")) > 250
    assert page.evaluate(HIDDEN, APART_PX) <= 65  # 273 of 323 without lanes
    assert series["outlier"][1] == "transparent"
    assert (
        "invalid" not in series
    )  # no row is excluded, so the legend leaves the room to the points
    assert {"prediction:GM1", "prediction:GD1 b"} <= set(series)
    assert page.evaluate(AXIS)["axisLabel"]["customValues"] == list(range(32, 45))
    page.locator("#plot").click(position=page.evaluate(CENTRE_OF_POINT, 9))
    expect(page.locator("#plot strong")).to_be_visible()  # the tooltip
    detail = page.locator("#detail")
    for text in ("Row 9: GD1(36:1;O2)", "fragment", "Predicted", "100 % fragment", "row 253"):
        expect(detail).to_contain_text(text)
    expect(page.locator("#plot")).to_be_in_viewport(ratio=1)
    expect(page.locator("tr.chosen")).to_have_attribute("id", "row-9")
    page.mouse.move(1, 1)
    expect(page.locator("#plot strong")).to_be_hidden()
    assert violations(page, {"include": [["figure.chart"]]}) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as SVG").click()
    saved = tmp_path / "plot.svg"
    started.value.save_as(saved)
    assert "rgb(255, 255, 255)" in saved.read_text()[:600]
    assert 'width="85mm" height="72mm"' in saved.read_text()[:600]
    assert misfits(page) == {}


def test_a_plot_is_saved_although_it_is_not_drawn_yet(page: Page, brain_job: str) -> None:
    """The click comes before the data of the plot, which the route holds back until then."""
    asked: list[Route] = []
    page.route("**/chart.json*", lambda route: asked.append(route))
    page.set_viewport_size({"width": 1280, "height": 800})
    button = page.get_by_role("button", name="Save as PNG")
    with page.expect_request("**/chart.json*"):
        page.goto(f"/jobs/{brain_job}/result")
        button.scroll_into_view_if_needed()
    button.click()
    with page.expect_download() as started:
        asked[0].continue_()
    assert started.value.suggested_filename.endswith(".png")


def test_a_double_click_resets_and_sticks_stand_for_peaks(page: Page, brain_job: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    open_plot(page, brain_job, "?rows=1,2,3")
    page.locator("#plot").dblclick(position=DOUBLE_CLICK_AT)  # type: ignore[arg-type]
    expect(page.locator("#rows-shown")).to_contain_text("323 rows")
    page.wait_for_function("location.search === ''")
    page.get_by_role("link", name="Chromatogram").click()
    expect(page.locator("#plot svg")).to_contain_text("Peak area (logarithmic)")
    series = dict(page.evaluate(SERIES))
    assert series["sticks:true"][0] == "custom"
    assert series["sticks:true"][2] == series["true"][2] == 160
    assert violations(page, {"include": [["figure.chart"]]}) == []


def test_choices_act_at_once_and_back_undoes_them(page: Page, brain_job: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_plot(page, brain_job)
    page.get_by_label("Lines to parents", exact=True).select_option("all")
    page.wait_for_url("**lines=all*")
    wait_until(lambda: dict(page.evaluate(SERIES))["links"][2] > 50)
    page.get_by_label("95 % band of", exact=True).select_option("all")
    page.wait_for_url("**band=all*")
    wait_until(lambda: "prediction:GD3" in dict(page.evaluate(SERIES)))
    expect(page.locator("#plot-note")).to_contain_text("No band of GD1+2OAc")
    assert misfits(page) == {}
    page.reload()
    expect(page.get_by_label("Lines to parents", exact=True)).to_have_value("all")
    page.go_back()
    expect(page.get_by_label("95 % band of", exact=True)).to_have_value("")
    expect(page.get_by_label("Lines to parents", exact=True)).to_have_value("all")


def test_residuals_beyond_the_scale_are_arrows_that_say_how_many_there_are(
    page: Page, brain_job: str
) -> None:
    open_plot(page, brain_job, "?plot=residuals&x=predicted_rt_min")
    expect(page.locator("#plot-note")).to_contain_text(
        "lie beyond the axis and are drawn as arrows"
    )
    expect(page.locator("#plot svg")).to_contain_text(re.compile(r"\d+ above"))
    expect(page.locator("#plot svg")).to_contain_text(re.compile(r"\d+ below"))
    low, high = (
        page.evaluate(f"{AXIS.replace('xAxis', 'yAxis')}.min"),
        page.evaluate(f"{AXIS.replace('xAxis', 'yAxis')}.max"),
    )
    assert low == -high
    assert 0.1 < high < 1
    # A part of the plot that reaches an end of the axis means what lies beyond, too.
    box = page.locator("#plot").bounding_box()
    assert box is not None
    top = page.evaluate(TOP_OF_AXIS) + box["y"]
    page.mouse.move(box["x"] + 100, top + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 60, top + 10, steps=4)
    page.mouse.move(box["x"] + box["width"] - 40, top - 8, steps=4)
    page.mouse.up()
    page.wait_for_url("**within=*")
    within = re.search(r"residual_min:([\d.]+):([\d.]+)", unquote(page.url))
    assert within is not None
    assert 0 < float(within[1]) < high < 5 < float(within[2])
    page.get_by_label("Scale", exact=True).select_option("all")
    page.wait_for_url("**scale=all*")
    expect(page.locator("#plot-note")).not_to_contain_text("arrows")
    assert violations(page, {"include": [["figure.chart"]]}) == []


def test_a_chosen_fragment_is_tied_to_its_parent(page: Page, brain_job: str) -> None:
    open_plot(page, brain_job, "?plot=observed&row=9")
    series = dict(page.evaluate(SERIES))
    assert series["links"][2] == 0
    assert series["links:chosen"][2] >= 1
    assert series["diagonal"][2] == 2


def test_residuals_are_shown_as_histogram_and_quantiles_and_printed(
    page: Page, brain_job: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_plot(page, brain_job, "?plot=distribution")
    series = dict(page.evaluate(SERIES))
    assert series["quantiles"][2] == 160
    expect(page.locator("#plot-note")).to_contain_text("All 323 rows are shown; the outermost")
    assert violations(page, {"include": [["figure.chart"]]}) == []
    page.locator("#plot").focus()
    page.keyboard.press("End")
    expect(page.locator(".plot-point")).to_contain_text("Point 160 of 160.")
    page.get_by_role("combobox", name="Width").select_option("170")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as PNG").click()
    assert started.value.suggested_filename.endswith("-distribution-170mm.png")
    started.value.save_as(tmp_path / "plot.png")
    png = (tmp_path / "plot.png").read_bytes()
    assert unpack(">I", png[16:20]) == (2008,)  # 170 mm of 300 dots an inch
    at = png.index(b"pHYs") + 4
    assert unpack(">IIB", png[at : at + 9]) == (11811, 11811, 1)
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as PDF").click()
    started.value.save_as(tmp_path / "plot.pdf")
    pdf = (tmp_path / "plot.pdf").read_bytes()
    assert b"/MediaBox [0 0 481.8" in pdf  # 170 mm in points
    assert b"Arimo" in pdf


def test_rules_are_shown_step_by_step_and_lead_to_their_rows(page: Page, brain_job: str) -> None:
    page.goto(f"/jobs/{brain_job}/result")
    rules = page.get_by_role("region", name="Table of rules")
    fragments = rules.get_by_role("row").filter(has_text="In-source fragments")
    expect(fragments).to_contain_text("71 in-source fragment")
    expect(rules.get_by_role("row").last.get_by_role("cell").last).to_have_text("0")
    fragments.get_by_role("link", name="15 not confirmed").click()
    expect(page.locator("#rows-shown")).to_contain_text("15 rows")
