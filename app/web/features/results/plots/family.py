"""A parent peak with its in-source fragments, as a plot over retention time."""

from typing import Any

import msgspec
import polars as pl

from app.web.features.results.explanation import row_of
from app.web.features.results.rows import Result

MOST_MEMBERS = 500


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A peak of a family; ``rt_min`` in minutes."""

    row: int
    name: str
    rt_min: float
    peak_area: float
    call: str
    is_parent: bool


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """A parent and its fragments by retention time, the first ``MOST_MEMBERS`` of ``total``."""

    row: int
    members: list[Member]
    total: int


def family(result: Result, row: int) -> Family:
    """The family of a row, or of its parent if it has one.

    Raises:
        RowNotFoundError: There is no such row.
    """
    head = row_of(result, row)["parent_row"] or row
    is_member = (pl.col("row") == head) | (pl.col("parent_row") == head)
    rows = result.rows().filter(is_member).drop_nulls("rt_min").collect()
    parent_first = rows.sort(pl.col("row") != head, "rt_min", maintain_order=True)
    shown = parent_first.head(MOST_MEMBERS).to_dicts()
    return Family(row=row, members=[_member(peak, head) for peak in shown], total=rows.height)


def _member(peak: dict[str, Any], head: int) -> Member:
    return Member(
        row=peak["row"],
        name=peak["name"] or "",
        rt_min=peak["rt_min"],
        peak_area=peak["peak_area"] or 0.0,
        call=peak["call"],
        is_parent=peak["row"] == head,
    )
