"""The data of scatter plots: retention times, residuals or peak areas over an axis."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.address import ALL_CLASSES, PlotView
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.plots.band import Band, bands, bands_of_all, main_bands, undrawn
from app.web.features.results.plots.lanes import Lanes, in_lanes
from app.web.features.results.plots.residual_reach import residual_reach
from app.web.features.results.plots.thinning import shares_of
from app.web.features.results.rows import Result
from app.web.words import AXES, CATEGORIES

# As many points as browsers draw without a delay, about 1 MB of JSON.
MOST_POINTS = 20_000
HEIGHTS = {
    "retention": "rt_min",
    "residuals": "residual_min",
    "observed": "rt_min",
    "chromatogram": "peak_area",
}
# The axis of plots that have no choice of one.
FIXED_X = {"observed": "predicted_rt_min", "chromatogram": "rt_min"}
# Drawn hollow, behind the others.
HOLLOW = ("outlier", "invalid")
POINT = ("x", "y", "row", "name", "selected", "shift", "hollow")


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one call or category.

    Each has x, y, row number, name, whether it is selected, how far it is drawn from its x, and
    whether it is hollow.
    """

    name: str
    points: list[tuple[float, float, int, str, bool, float, bool]]


class ScatterPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Rows as points: ``shown`` of the ``total`` that match, ``selected`` of these.

    ``left_out`` rows have no x, y or colour; the others are thinned to ``MOST_POINTS``. With
    ``spread``, points are drawn beside their x, in a lane for each category. ``undrawn`` says which
    bands cannot be drawn and why. ``links`` are rows and their parents, and ``lines`` says for
    which of them lines are drawn. The y axis ends at the ``limits``, where there are some;
    ``below`` and ``above`` are the rows beyond them.
    """

    x: str
    y: str
    x_name: str
    y_name: str
    series: list[Series]
    spread: bool
    bands: list[Band]
    undrawn: str
    every_class: bool
    links: list[tuple[int, int]]
    lines: str
    limits: tuple[float, float] | None
    below: int
    above: int
    shown: int
    total: int
    left_out: int
    selected: int | None


def scatter_plot(result: Result, which: RowFilter, view: PlotView) -> ScatterPlot:
    """The rows that match the filter as points; those selected in the plot are marked."""
    x = FIXED_X.get(view.plot, view.x)
    y = HEIGHTS[view.plot]
    table, selection = _points_of(result, which, view.by, x, y), which.selection()
    usable, names = _usable(table, y), CALLS if view.by == "call" else CATEGORIES
    # Lanes take a second for each 140,000 points, so only those shown have them.
    shown = _thinned(usable, names)
    lanes: Lanes = {}
    if x == "carbons":
        shown, lanes = in_lanes(shown)
    over = replace(view, x=x) if _has_bands(view) else view
    drawn = _bands(result, over, lanes)
    return ScatterPlot(
        x=x,
        y=y,
        x_name=AXES[x],
        y_name=AXES[y],
        series=[_series(shown, name) for name in names],
        spread=bool(lanes),
        bands=drawn,
        undrawn=undrawn(result, over, lanes, drawn) if _has_bands(view) else "",
        every_class=view.band == ALL_CLASSES,
        links=_links(shown) if view.lines != "none" else [],
        lines=view.lines,
        **_limited(usable, view),
        shown=shown.height,
        total=table.height,
        left_out=table.height - usable.height,
        selected=int(table["selected"].sum()) if selection != RowFilter() else None,
    )


def _series(shown: pl.DataFrame, name: str) -> Series:
    return Series(name=name, points=shown.filter(pl.col("by") == name).select(POINT).rows())


def _limited(usable: pl.DataFrame, view: PlotView) -> dict[str, Any]:
    """The limits of the y axis of residuals, and how many rows lie beyond them."""
    reach = residual_reach(usable.with_columns(residual_min="y"))
    below, above = (
        usable.filter(beyond).height for beyond in (pl.col("y") < -reach, pl.col("y") > reach)
    )
    if view.plot != "residuals" or view.scale == "all" or not below + above:
        return {"limits": None, "below": 0, "above": 0}
    return {"limits": (-reach, reach), "below": below, "above": above}


def _bands(result: Result, view: PlotView, lanes: Lanes) -> list[Band]:
    """The bands of the chosen prefix; without one, those of the largest classes over carbons."""
    if not _has_bands(view):
        return []
    if view.band == ALL_CLASSES:
        return bands_of_all(result, view, lanes)
    return bands(result, view, lanes) if view.band else main_bands(result, view, lanes)


def _has_bands(view: PlotView) -> bool:
    is_usual = view.plot == "retention" and view.x == "carbons"
    return view.plot != "chromatogram" and (is_usual or bool(view.band))


def _links(shown: pl.DataFrame) -> list[tuple[int, int]]:
    """The rows with a parent that is shown too, and this parent."""
    children = shown.drop_nulls("parent_row").select("row", "parent_row")
    return children.filter(pl.col("parent_row").is_in(shown["row"].implode())).rows()


def _usable(table: pl.DataFrame, y: str) -> pl.DataFrame:
    """The rows that have a place in the plot; areas have a logarithmic axis."""
    usable = table.drop_nulls(["by", "x", "y"]).with_columns(shift=pl.lit(0.0))
    return usable.filter(pl.col("y") > 0) if y == "peak_area" else usable


def _points_of(result: Result, which: RowFilter, by: str, x: str, y: str) -> pl.DataFrame:
    rows = result.matching(which.without_selection())
    return rows.select(
        pl.col(by).alias("by"),
        pl.col(x).cast(pl.Float64).round(5).alias("x"),
        pl.col(y).round(5).alias("y"),
        "row",
        "name",
        "call",
        "category",
        "parent_row",
        "studentised_residual",
        pl.col("call").is_in(HOLLOW).alias("hollow"),
        which.selection().passes().alias("selected"),
    ).collect()


def _thinned(usable: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """At most ``MOST_POINTS`` rows, of each call or category its share."""
    shares = shares_of(dict(usable.group_by("by").len().iter_rows()), MOST_POINTS)
    return pl.concat([_some_of(usable, name, shares.get(name, 0)) for name in names])


def _some_of(rows: pl.DataFrame, name: str, share: int) -> pl.DataFrame:
    points = rows.filter(pl.col("by") == name)
    if points.height > share:
        evenly = [place * points.height // share for place in range(share)]
        points = points.sort("x", "y")[evenly]
    return points
