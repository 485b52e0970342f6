"""A change of a peak table that may flip the call of a row."""

from typing import Literal

import msgspec
import polars as pl

Kind = Literal["time", "area", "anchor", "without"]
KINDS: tuple[Kind, ...] = ("time", "area", "anchor", "without")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one row: another time (min) or area, another anchor mark, or without the row.

    ``value`` is the new time or area, or 1 for an anchor and 0 for none. It is 0 where the row is
    left out.
    """

    kind: Kind
    row: int
    value: float = 0.0

    def applied(self, peaks: pl.DataFrame) -> pl.DataFrame:
        """Peaks (``PEAK_SCHEMA``) with the change; without a row, later rows count one less."""
        is_changed = pl.col("row") == self.row
        if self.kind == "without":
            kept = peaks.filter(~is_changed)
            numbers = pl.int_range(1, pl.len() + 1).cast(peaks.schema["row"])
            return kept.with_columns(row=numbers)
        column = {"time": "rt_min", "area": "peak_area", "anchor": "anchor"}[self.kind]
        value = bool(self.value) if self.kind == "anchor" else self.value
        changed = pl.when(is_changed).then(pl.lit(value)).otherwise(column)
        return peaks.with_columns(changed.alias(column))

    def number_of(self, row: int) -> int:
        """The number of another row after the change."""
        return row - (self.kind == "without" and self.row < row)
