"""Overrides: a person's decision on the call of a row, or on whether it is an anchor.

An anchor is changed before the models are fitted and a call afterwards, so that no decision bends a
model unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from app.analysis.errors import AnalysisError
from app.analysis.reporting.consolidation import WITH_PARENT, consolidated
from app.analysis.reporting.result import ROW_SCHEMA
from app.analysis.state.calls import CALLS

LONGEST_REASON = 500
MOST_OVERRIDES = 10_000
# The rule number of a call that a person decided.
BY_HAND = 0
# Stored settings have the overrides under this name.
KEY = "overrides"


class OverrideError(AnalysisError):
    """An override cannot be applied; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """A decision on one row and its reason: another ``call``, or whether it is an ``anchor``.

    Raises:
        OverrideError: it has no reason, changes nothing, or names an unknown call.
    """

    row: int
    reason: str
    call: str | None = None
    anchor: bool | None = None

    def __post_init__(self) -> None:
        if self.row < 1:
            raise OverrideError(f"There is no row {self.row}; rows count from 1.")
        if not self.reason.strip():
            raise OverrideError(f"Say why row {self.row} is overridden: it needs a reason.")
        if len(self.reason) > LONGEST_REASON:
            raise OverrideError(
                f"The reason of row {self.row} is longer than {LONGEST_REASON} characters; "
                "shorten it."
            )
        if not self.reason.strip().isprintable():
            raise OverrideError(
                f"The reason of row {self.row} has a line break or another control character; "
                "write it on one line."
            )
        if self.call is None and self.anchor is None:
            raise OverrideError(f"Choose another call or anchor for row {self.row}.")
        if self.call is not None and self.call not in CALLS:
            raise OverrideError(f"There is no call {self.call}; use one of {', '.join(CALLS)}.")


Overrides = Sequence[Override]


def validate_overrides(overrides: Overrides) -> tuple[Override, ...]:
    """The overrides in the order of their rows.

    Raises:
        OverrideError: two override the same row, or there are too many.
    """
    if len(overrides) > MOST_OVERRIDES:
        raise OverrideError(
            f"There are {len(overrides):,} overrides and at most {MOST_OVERRIDES:,} are taken. "
            "Correct the table instead."
        )
    ordered = tuple(sorted(overrides, key=lambda each: each.row))
    for one, other in pairwise(ordered):
        if one.row == other.row:
            raise OverrideError(f"Row {one.row} is overridden twice; say once what it shall be.")
    return ordered


def split_overrides(stored: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Override, ...]]:
    """Split stored settings into the settings and the overrides."""
    settings = {name: value for name, value in stored.items() if name != KEY}
    return settings, tuple(Override(**each) for each in stored.get(KEY, ()))


def join_overrides(settings: Mapping[str, Any], overrides: Overrides) -> dict[str, Any]:
    """Join settings and overrides into settings as they are stored."""
    return {**settings, KEY: [vars(each) for each in overrides]} if overrides else {**settings}


def check_overridden_rows(rows: pl.DataFrame, overrides: Overrides) -> None:
    """Check that each overridden row is one of ``rows`` (``ROW_SCHEMA``) and could be used.

    Raises:
        OverrideError: a row does not exist, or the analysis could not use it.
    """
    for each in overrides:
        if each.row > rows.height:
            raise OverrideError(f"There is no row {each.row}; the table has {rows.height:,}.")
    for row in rows[[each.row - 1 for each in overrides]].iter_rows(named=True):
        if not is_usable(row):
            raise OverrideError(
                f"Row {row['row']} cannot be used, so it cannot be overridden: {row['reason']}"
            )


def is_usable(row: Mapping[str, Any]) -> bool:
    """Whether the analysis could use a row of a result (``ROW_SCHEMA``)."""
    return row["call"] != "invalid" or row["predicted_rt_min"] is not None


def with_anchors(peaks: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """Peaks (``PEAK_SCHEMA``) with the anchors that a person chose."""
    chosen = {each.row: each.anchor for each in overrides if each.anchor is not None}
    anchor = pl.col("row").replace_strict(chosen, default=None, return_dtype=pl.Boolean)
    return peaks.with_columns(anchor=pl.coalesce(anchor, "anchor")) if chosen else peaks


def with_calls(rows: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """Rows (``ROW_SCHEMA``) with the calls that a person chose, rule 0 and their reasons.

    The confidence stays that of the model. Volumes are consolidated again.
    """
    chosen = [each for each in overrides if each.call is not None]
    if not chosen:
        return rows
    by_hand = pl.DataFrame(
        {
            "row": [each.row for each in chosen],
            "call": [each.call for each in chosen],
            "reason": [each.reason.strip() for each in chosen],
            "rule": BY_HAND,
        },
        schema={name: ROW_SCHEMA[name] for name in ("row", "call", "reason", "rule")},
    )
    called = rows.update(by_hand, on="row")
    is_by_hand = pl.col("row").is_in([each.row for each in chosen])
    called = called.with_columns(ion=pl.when(~is_by_hand).then("ion"))
    has_parent = pl.col("call").is_in(WITH_PARENT) | pl.col("ion").is_not_null()
    called = called.with_columns(parent_row=pl.when(has_parent).then("parent_row"))
    return consolidated(called).select(*ROW_SCHEMA)


def rows_before_overrides(
    rows: pl.DataFrame, peaks: pl.DataFrame, overrides: Overrides
) -> pl.DataFrame:
    """The overridden rows before their overrides: row, call, rule, reason, anchor.

    ``rows`` (``ROW_SCHEMA``) are those before ``with_calls``, ``peaks`` those before
    ``with_anchors``. A rule's call counts the anchors that were chosen.
    """
    chosen = pl.col("row").is_in([each.row for each in overrides])
    anchors = peaks.filter(chosen).select("row", "anchor")
    return rows.filter(chosen).select("row", "call", "rule", "reason").join(anchors, on="row")
