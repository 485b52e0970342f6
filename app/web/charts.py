"""The data of the plots; drawing them is the browser's work (static/charts.js)."""

from typing import Any

import msgspec
import polars as pl

from app.analysis.result import CALLS
from app.web.errors import QueryError
from app.web.results import Result

AXES = {"log_p": "Log P", "carbons": "Carbons in the ceramide"}


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one call: x, retention time in minutes, row number, and name."""

    call: str
    points: list[tuple[float, float, int, str]]


class RetentionPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Rows against retention time, by call; ``left_out`` rows have no x or no time."""

    x_name: str
    y_name: str
    series: list[Series]
    left_out: int


def require_axis(x: str) -> None:
    """Raise QueryError unless the plot has this axis."""
    if x not in AXES:
        raise QueryError(f"The plot has no axis {x}; use one of {', '.join(AXES)}.")


def retention_plot(result: Result, x: str) -> RetentionPlot:
    """The retention times over ``log_p`` or ``carbons``."""
    rows = result.rows().select("call", pl.col(x).cast(pl.Float64), "rt_min", "row", "name")
    table = rows.collect()
    usable = table.drop_nulls([x, "rt_min"])
    return RetentionPlot(
        x_name=AXES[x],
        y_name="Retention time (min)",
        series=[Series(call=call, points=_points(usable, call, x)) for call in CALLS],
        left_out=table.height - usable.height,
    )


def _points(rows: pl.DataFrame, call: str, x: str) -> list[Any]:
    return rows.filter(pl.col("call") == call).select(x, "rt_min", "row", "name").rows()
