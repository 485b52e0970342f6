"""Read retention times of which each has its own unit, such as ``10.6 min`` above ``642 s``."""

from collections.abc import Sequence

import polars as pl

from app.analysis.reading.headers.time_words import PER_MINUTE

# A number without a unit has that of the others if it is as large; 60 lies between two units.
MOST_RATIO = 8.0


def minutes_by_cell(
    numbers: Sequence[pl.Series], units: Sequence[pl.Series], clocks: Sequence[pl.Series]
) -> list[pl.Series] | None:
    """The times of each column in minutes; None if the unit of one is not known.

    ``numbers`` are those of each column without units, ``units`` names the unit of each cell, or is
    null, and ``clocks`` has the minutes of clock times.
    """
    named = pl.concat(units).drop_nulls().unique()
    if len(named) + any(each.is_not_null().any() for each in clocks) == 0:
        return None
    found = []
    for own, unit, clock in zip(numbers, units, clocks, strict=True):
        is_bare = unit.is_null() & clock.is_null() & own.is_not_null()
        if is_bare.any():
            if len(named) != 1 or not _are_as_large(own, is_bare):
                return None
            unit = unit.fill_null(named[0])
        per_minute = unit.replace_strict(PER_MINUTE, default=None, return_dtype=pl.Float64)
        minutes = pl.select(pl.coalesce(clock, own / per_minute)).to_series()
        found.append(minutes.rename(own.name))
    return found


def _are_as_large(numbers: pl.Series, is_bare: pl.Series) -> bool:
    """Whether the numbers without a unit are about as large as those with one."""
    bare, others = numbers.filter(is_bare).median(), numbers.filter(~is_bare).median()
    if not isinstance(bare, float) or not isinstance(others, float) or not others:
        return False
    return 1 / MOST_RATIO < bare / others < MOST_RATIO
