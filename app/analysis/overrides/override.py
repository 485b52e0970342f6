"""Overrides: a person's decision on the call of a row, or on whether it is an anchor.

An anchor is changed before the models are fitted and a call afterwards, so that no decision bends a
model unseen.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from msgspec.structs import asdict

from app.analysis.errors import AnalysisError
from app.analysis.state.calls import CALLS

LONGEST_REASON = 500
MOST_OVERRIDES = 10_000
# Stored settings have the overrides under this name.
KEY = "overrides"


class OverrideError(AnalysisError):
    """An override cannot be applied; the text says why and what to do."""


class Override(msgspec.Struct, frozen=True, kw_only=True):
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
    return {**settings, KEY: [asdict(each) for each in overrides]} if overrides else {**settings}


def is_usable(row: Mapping[str, Any]) -> bool:
    """Whether the analysis could use a row of a result (``ROW_SCHEMA``)."""
    return row["call"] != "invalid" or row["predicted_rt_min"] is not None
