"""The composition of a result: its rows by category and call."""

from collections.abc import Sequence

import msgspec
import polars as pl

from app.analysis.quantities.standards import Standard, with_standards_set_apart
from app.analysis.state.calls import CALLS
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.rows import Result
from app.web.words import CATEGORIES

WITHOUT = ""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a category (empty if unknown) by call, and the peak area of the true ones."""

    category: str
    counts: dict[str, int]
    total: int
    true_area: float


def composition(
    result: Result, which: RowFilter, standards: Sequence[Standard] = ()
) -> list[Share]:
    """The rows that match the filter by category, in the order of sialic acids.

    Those of the entered ``standards`` count as excluded, as labelled ones do.
    """
    matching = with_standards_set_apart(result.matching(which), standards)
    rows = matching.with_columns(pl.col("category").fill_null(WITHOUT))
    found = rows.group_by("category").agg(
        *(pl.col("call").eq(call).sum().alias(call) for call in CALLS),
        pl.len().alias("total"),
        pl.col("peak_area").filter(pl.col("call") == "true").sum().alias("area"),
    )
    shares = [
        Share(
            category=row["category"],
            counts={call: row[call] for call in CALLS},
            total=row["total"],
            true_area=row["area"],
        )
        for row in found.collect().to_dicts()
    ]
    return sorted(shares, key=lambda share: _place(share.category))


def _place(category: str) -> tuple[int, str]:
    return (CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES), category)
