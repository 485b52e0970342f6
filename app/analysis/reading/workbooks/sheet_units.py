"""Give the retention times of several sheets one unit, before their rows are stacked."""

from collections.abc import Sequence

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.reading.headers.time_words import PER_MINUTE, WORDS, split_unit

# Classes of one gradient elute within a few times the same time; minutes and seconds are 60 apart.
MOST_APART = 20
WHAT_TO_DO = "Write all times in one unit, or keep sheets of one unit, and try again."


def check_same_size(times: Sequence[tuple[str, pl.Series]]) -> None:
    """Refuse sheets, given with their retention times, whose times cannot have one unit.

    Raises:
        PeakTableError: the times of one sheet are many times those of another.
    """
    middles = {sheet: _median(cells) for sheet, cells in times}
    known = {sheet: middle for sheet, middle in middles.items() if middle}
    if not known or max(known.values()) < MOST_APART * min(known.values()):
        return
    long, short = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    halves = (f"half of those in {it!r} are above {known[it]:,.4g}" for it in (long, short))
    raise PeakTableError(
        "The retention times of the sheets seem to have different units: "
        f"{', '.join(halves)}. {WHAT_TO_DO}"
    )


def in_unit(sheet: str, cells: pl.Series, unit: str, wanted: str) -> pl.Series:
    """The retention times of a sheet in the unit of the first one, both as their headers say.

    Raises:
        PeakTableError: one sheet names no unit, or a time is no plain number.
    """
    if unit == wanted:
        return cells
    numbers = cells.cast(pl.Float64, strict=False)
    if not unit or not wanted or numbers.null_count() > cells.null_count():
        own, first = (WORDS.get(each, "no named unit") for each in (unit, wanted))
        raise PeakTableError(
            f"The retention times of the sheet {sheet!r} are in {own}, those of the first sheet in "
            f"{first}. {WHAT_TO_DO}"
        )
    return numbers * (PER_MINUTE[wanted] / PER_MINUTE[unit])


def unit_of(header: str, below: str) -> str:
    """The unit of retention times by their header, or by the row of units below it."""
    return split_unit(f"{header} [{below}]" if below else header)[1]


def _median(cells: pl.Series) -> float:
    numbers = cells.cast(pl.String).str.replace(",", ".", literal=True)
    usable = numbers.cast(pl.Float64, strict=False).drop_nulls()
    return float(usable.filter(usable > 0).median() or 0)  # type: ignore[arg-type]
