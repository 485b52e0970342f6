"""How the residuals are distributed: a histogram by call, and a normal Q-Q plot of true rows.

If the model is right, the studentised residuals of true rows follow the normal distribution, and
their points lie on the diagonal of the Q-Q plot.
"""

import math
from statistics import NormalDist

import msgspec
import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.plots.residual_reach import residual_reach
from app.web.features.results.plots.scatter import Series
from app.web.features.results.rows import Result
from app.web.words import AXES

BINS = 40
MOST_POINTS = 2000


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """The residuals of the ``total`` rows that match, of which ``left_out`` have none.

    ``counts`` has the rows of each call by bin, ``edges`` the limits of the bins in minutes. The
    first and last count are those of the ``beyond`` rows outside the edges. ``series`` are the
    points of the Q-Q plot, as those of a scatter plot.
    """

    edges: list[float]
    counts: dict[str, list[int]]
    beyond: int
    series: list[Series]
    x_name: str
    y_name: str
    shown: int
    total: int
    left_out: int


def distribution(result: Result, which: RowFilter) -> Distribution:
    """The distribution of the residuals of the rows that match the filter."""
    columns = ("row", "name", "call", "residual_min", "studentised_residual")
    rows = result.matching(which).select(columns).collect()
    usable = rows.drop_nulls("residual_min")
    edges = _edges(usable)
    beyond = usable.filter(~pl.col("residual_min").is_between(edges[0], edges[-1]))
    return Distribution(
        edges=edges,
        counts={call: _counts(usable.filter(pl.col("call") == call), edges) for call in CALLS},
        beyond=beyond.height,
        series=[Series(name="true", points=_quantiles(rows))],
        x_name=AXES["quantile"],
        y_name=AXES["studentised_residual"],
        shown=usable.height,
        total=rows.height,
        left_out=rows.height - usable.height,
    )


def _edges(usable: pl.DataFrame) -> list[float]:
    """Limits of bins of a round width, with one of them at 0."""
    reach = residual_reach(usable)
    width = _round_up(max(2 * reach / BINS, 1e-4))
    half = max(1, math.ceil(reach / width))
    return [round(width * place, 6) for place in range(-half, half + 1)]


def _round_up(width: float) -> float:
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def _counts(rows: pl.DataFrame, edges: list[float]) -> list[int]:
    """Rows by bin, between those below the first edge and those above the last."""
    bins = pl.Series(edges).search_sorted(rows["residual_min"], side="right")
    # The last edge belongs to the bin below it.
    bins = bins.cast(pl.Int64) - (rows["residual_min"] == edges[-1]).cast(pl.Int64)
    found = dict(bins.value_counts().iter_rows())
    return [found.get(place, 0) for place in range(len(edges) + 1)]


def _quantiles(rows: pl.DataFrame) -> list[tuple[float, float, int, str, bool, float, bool]]:
    """The points of the Q-Q plot; of more than ``MOST_POINTS`` an even selection with both ends."""
    fitted = rows.filter(pl.col("call") == "true").drop_nulls("studentised_residual")
    ordered = fitted.sort("studentised_residual", "row")
    places = _even_places(ordered.height)
    shown = ordered[places].select("studentised_residual", "row", "name").iter_rows()
    normal = NormalDist()
    return [
        (
            round(normal.inv_cdf((place + 0.5) / ordered.height), 5),
            round(sd, 5),
            row,
            name,
            True,
            0.0,
            False,
        )
        for place, (sd, row, name) in zip(places, shown, strict=True)
    ]


def _even_places(number: int) -> list[int]:
    """At most ``MOST_POINTS`` places among a number of points, the first and the last included."""
    last = min(number, MOST_POINTS) - 1
    if last < 1:
        return list(range(number))
    return [place * (number - 1) // last for place in range(last + 1)]
