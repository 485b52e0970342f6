"""The data of scatter plots: retention times, residuals or peak areas over an axis."""

import msgspec
import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.address import CATEGORIES, PlotView
from app.web.features.results.band import Band, bands, main_bands
from app.web.features.results.lanes import Lanes, in_lanes
from app.web.features.results.row_filter import RowFilter
from app.web.features.results.rows import Result
from app.web.features.results.thinning import shares_of
from app.web.words import AXES

# As many points as browsers draw without a delay, about 1 MB of JSON.
MOST_POINTS = 20_000
HEIGHTS = {"retention": "rt_min", "residuals": "residual_min", "chromatogram": "peak_area"}
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
    ``spread``, points are drawn beside their x, in a lane for each category.
    """

    x: str
    y: str
    x_name: str
    y_name: str
    series: list[Series]
    spread: bool
    bands: list[Band]
    shown: int
    total: int
    left_out: int
    selected: int | None


def scatter_plot(result: Result, which: RowFilter, view: PlotView) -> ScatterPlot:
    """The rows that match the filter as points; those selected in the plot are marked."""
    x = "rt_min" if view.plot == "chromatogram" else view.x
    y = HEIGHTS[view.plot]
    table, selection = _points_of(result, which, view.by, x, y), which.selection()
    usable = _usable(table, y)
    shares = shares_of(dict(usable.group_by("by").len().iter_rows()), MOST_POINTS)
    names = CALLS if view.by == "call" else CATEGORIES
    # Lanes take a second for each 140,000 points, so only those shown have them.
    shown = pl.concat([_thinned(usable, name, shares.get(name, 0)) for name in names])
    lanes: Lanes = {}
    if x == "carbons":
        shown, lanes = in_lanes(shown)
    return ScatterPlot(
        x=x,
        y=y,
        x_name=AXES[x],
        y_name=AXES[y],
        series=[
            Series(name=name, points=shown.filter(pl.col("by") == name).select(POINT).rows())
            for name in names
        ],
        spread=bool(lanes),
        bands=_bands(result, view, lanes),
        shown=shown.height,
        total=table.height,
        left_out=table.height - usable.height,
        selected=int(table["selected"].sum()) if selection != RowFilter() else None,
    )


def _bands(result: Result, view: PlotView, lanes: Lanes) -> list[Band]:
    """The bands of the chosen prefix; without one, those of the largest classes over carbons."""
    if view.plot == "chromatogram":
        return []
    if view.band:
        return bands(result, view, lanes)
    is_usual = view.plot == "retention" and view.x == "carbons"
    return main_bands(result, view, lanes) if is_usual else []


def _usable(table: pl.DataFrame, y: str) -> pl.DataFrame:
    """The rows that have a place in the plot; areas have a logarithmic axis."""
    usable = table.drop_nulls(["by", "x", "y"]).with_columns(shift=pl.lit(0.0))
    return usable.filter(pl.col("y") > 0) if y == "peak_area" else usable


def _points_of(result: Result, which: RowFilter, by: str, x: str, y: str) -> pl.DataFrame:
    rows = which.without_selection().apply(result.rows())
    return rows.select(
        pl.col(by).alias("by"),
        pl.col(x).cast(pl.Float64).round(5).alias("x"),
        pl.col(y).round(5).alias("y"),
        "row",
        "name",
        "category",
        pl.col("call").is_in(HOLLOW).alias("hollow"),
        which.selection().passes().alias("selected"),
    ).collect()


def _thinned(rows: pl.DataFrame, name: str, share: int) -> pl.DataFrame:
    points = rows.filter(pl.col("by") == name)
    if points.height > share:
        evenly = [place * points.height // share for place in range(share)]
        points = points.sort("x", "y")[evenly]
    return points
