"""The plots of a report: well-formed, harmless, readable in black and white."""

import re
from xml.etree import ElementTree

import pytest

from app.web.features.results.plots.svg import BOTTOM, HEIGHT, TOP, WIDTH, Marks, scatter, ticks

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("true", "fragment", "outlier", "ambiguous", "invalid")


def drawn(*marks: Marks, reach: float | None = None) -> ElementTree.Element:
    text = scatter(marks, title="<T&>", x_name="x<y", y_name="RT (min)", reach=reach)
    return ElementTree.fromstring(text)  # noqa: S314 - our own


def test_each_point_is_a_mark_within_the_page_and_each_name_has_a_shape() -> None:
    points = [(float(x), 100.0 * x - 7) for x in range(5)]
    plot = drawn(*(Marks(name, points) for name in NAMES))
    groups = plot.findall(f"{SVG}g[@fill-opacity]")
    assert [len(group) for group in groups] == [5] * 5
    assert {(group[0].tag, group[0].get("d", "").count("L")) for group in groups} == {
        (f"{SVG}circle", 0),
        (f"{SVG}path", 0),
        (f"{SVG}path", 2),
        (f"{SVG}path", 3),
    }
    for circle in groups[0]:
        assert 0 < float(circle.get("cx", "")) < WIDTH
        assert 0 < float(circle.get("cy", "")) < HEIGHT
    heights = [float(circle.get("cy", "")) for circle in groups[0]]
    assert heights == sorted(heights, reverse=True)


def test_texts_are_escaped_and_nothing_is_run_or_loaded() -> None:
    text = scatter(
        [Marks("<script>", [(1, 1)])], title="</title><script>", x_name="&", y_name="<b>"
    )
    ElementTree.fromstring(text)  # noqa: S314 - our own
    assert "<script" not in text
    assert "style" not in text
    assert "href" not in text


@pytest.mark.parametrize("points", [[], [(3.0, 4.0)], [(3.0, 4.0), (3.0, 4.0)], [(-1e6, 0.0)]])
def test_few_or_equal_points_have_a_plot_too(points: list[tuple[float, float]]) -> None:
    plot = drawn(Marks("true", points), reach=1.0)
    assert len(plot.findall(f"{SVG}g[@fill-opacity]")[0]) == len(points)


def test_the_line_of_zero_lies_within_the_plot_also_below_all_points() -> None:
    plot = drawn(Marks("true", [(1, 0.02), (2, 0.03)]), reach=0.05)
    (line,) = (path for path in plot.iter(f"{SVG}path") if path.get("stroke") == "#16222b")
    _, start, _, end = map(float, re.findall(r"-?[\d.]+", line.get("d", "")))
    assert start == end
    assert TOP < start < HEIGHT - BOTTOM


def test_points_beyond_the_reach_stand_at_its_ends_and_are_counted() -> None:
    plot = drawn(Marks("true", [(1, 0.1), (2, 8.0), (3, -9.0), (4, -0.1)]), reach=0.2)
    (marks,) = plot.findall(f"{SVG}g[@fill-opacity]")
    heights = [float(mark.get("cy", "")) for mark in marks]
    assert heights[1:3] == [TOP, HEIGHT - BOTTOM]
    assert TOP < heights[0] < heights[3] < HEIGHT - BOTTOM
    texts = {text.text for text in plot.iter(f"{SVG}text")}
    assert {"1 row above", "1 row below"} <= texts


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (-0.3, 0.31, [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])],
)
def test_ticks_are_round(low: float, high: float, wanted: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(wanted)


def test_hollow_marks_lie_behind_the_others() -> None:
    plot = drawn(Marks("true", [(1.0, 2.0)]), Marks("outlier", [(1.0, 2.0)], is_hollow=True))
    groups = plot.findall(f"{SVG}g[@fill-opacity]")
    assert [group.get("fill") == "none" for group in groups] == [True, False]
