"""The data of the plots; drawing them is the browser's work (static/charts.js)."""

from typing import Any

import msgspec
import polars as pl

from app.analysis.calls import CALLS
from app.web.errors import QueryError
from app.web.results import Result

# As many as a browser draws at once without a wait, and about 1 MB of JSON.
MOST_POINTS = 20_000
AXES = {"log_p": "Log P", "carbons": "Carbons in the ceramide"}


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one call: x, retention time in minutes, row number, and name."""

    call: str
    points: list[tuple[float, float, int, str]]


class RetentionPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Rows against retention time, by call: ``shown`` of ``total``.

    ``left_out`` rows have no x or no time; the others are thinned to ``MOST_POINTS``.
    """

    x_name: str
    y_name: str
    series: list[Series]
    shown: int
    total: int
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
    shares = shares_of(dict(usable.group_by("call").len().iter_rows()), MOST_POINTS)
    return RetentionPlot(
        x_name=AXES[x],
        y_name="Retention time (min)",
        series=[
            Series(call=call, points=_points(usable, call, x, shares.get(call, 0)))
            for call in CALLS
        ],
        shown=sum(shares.values()),
        total=table.height,
        left_out=table.height - usable.height,
    )


def shares_of(counts: dict[str, int], most: int) -> dict[str, int]:
    """How many points each call gets: a rare one all, the others equal parts of what is left."""
    shares: dict[str, int] = {}
    for number, call in enumerate(sorted(counts, key=counts.__getitem__)):
        part = (most - sum(shares.values())) // (len(counts) - number)
        shares[call] = min(counts[call], part)
    return shares


def _points(rows: pl.DataFrame, call: str, x: str, share: int) -> list[Any]:
    points = rows.filter(pl.col("call") == call).select(x, "rt_min", "row", "name")
    if points.height > share:
        evenly = [place * points.height // share for place in range(share)]
        points = points.sort(x, "rt_min")[evenly]
    return points.rows()
