"""The data of scatter plots: retention times, or residuals, over an axis."""

from typing import Any

import msgspec
import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.address import CATEGORIES, PlotView
from app.web.features.results.band import Band, bands
from app.web.features.results.row_filter import RowFilter
from app.web.features.results.rows import Result
from app.web.features.results.thinning import shares_of
from app.web.words import AXES

# As many points as browsers draw without a delay, about 1 MB of JSON.
MOST_POINTS = 20_000
HEIGHTS = {"retention": "rt_min", "residuals": "residual_min"}


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one call or category: x, y in minutes, row number, name, is selected."""

    name: str
    points: list[tuple[float, float, int, str, bool]]


class ScatterPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Rows as points: ``shown`` of the ``total`` that match, ``selected`` of these.

    ``left_out`` rows have no x, y or colour; the others are thinned to ``MOST_POINTS``.
    """

    x: str
    y: str
    x_name: str
    y_name: str
    series: list[Series]
    bands: list[Band]
    shown: int
    total: int
    left_out: int
    selected: int | None


def scatter_plot(result: Result, which: RowFilter, view: PlotView) -> ScatterPlot:
    """The rows that match the filter as points; those selected in the plot are marked."""
    y = HEIGHTS[view.plot]
    table, selection = _points_of(result, which, view, y), which.selection()
    usable = table.drop_nulls(["by", "x", "y"])
    shares = shares_of(dict(usable.group_by("by").len().iter_rows()), MOST_POINTS)
    names = CALLS if view.by == "call" else CATEGORIES
    return ScatterPlot(
        x=view.x,
        y=y,
        x_name=AXES[view.x],
        y_name=AXES[y],
        series=[
            Series(name=name, points=_thinned(usable, name, shares.get(name, 0))) for name in names
        ],
        bands=bands(result, view) if view.band else [],
        shown=sum(shares.values()),
        total=table.height,
        left_out=table.height - usable.height,
        selected=int(table["selected"].sum()) if selection != RowFilter() else None,
    )


def _points_of(result: Result, which: RowFilter, view: PlotView, y: str) -> pl.DataFrame:
    rows = which.without_selection().apply(result.rows())
    return rows.select(
        pl.col(view.by).alias("by"),
        pl.col(view.x).cast(pl.Float64).round(5).alias("x"),
        pl.col(y).round(5).alias("y"),
        "row",
        "name",
        which.selection().passes().alias("selected"),
    ).collect()


def _thinned(rows: pl.DataFrame, name: str, share: int) -> list[Any]:
    points = rows.filter(pl.col("by") == name).drop("by")
    if points.height > share:
        evenly = [place * points.height // share for place in range(share)]
        points = points.sort("x", "y")[evenly]
    return points.rows()
