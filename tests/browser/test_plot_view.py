"""The plots of a result at a glance: points apart, details beside them, and paper when saved."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.judging import misfits, violations
from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT

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
    assert misfits(page) == {}


def test_a_double_click_resets_and_sticks_stand_for_peaks(page: Page, brain_job: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    open_plot(page, brain_job, "?rows=1,2,3")
    page.locator("#plot").dblclick(position=DOUBLE_CLICK_AT)  # type: ignore[arg-type]
    expect(page.locator("#rows-shown")).to_contain_text("323 rows")
    assert page.evaluate("location.search") == ""
    page.get_by_role("link", name="Chromatogram").click()
    expect(page.locator("#plot svg")).to_contain_text("Peak area (logarithmic)")
    series = dict(page.evaluate(SERIES))
    assert series["sticks:true"][0] == "custom"
    assert series["sticks:true"][2] == series["true"][2] == 162
    assert violations(page, {"include": [["figure.chart"]]}) == []
