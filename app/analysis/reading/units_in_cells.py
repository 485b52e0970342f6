"""Read units and clock times in cells: ``10.6 min``, ``5000 counts``, ``10:36``, ``7'35"``.

A column is read so if each of its cells is written so, all with the same unit; else the cells stay
as they are and are no numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells import ABSENT
from app.analysis.reading.columns import quoted_list
from app.analysis.reading.layout import Layout
from app.analysis.reading.time_unit import MINUTES, UNITS, split_unit

# h:mm:ss or m:ss, and m'ss" with any marks for minutes and seconds.
CLOCK = r"^\s*(?:(?<h>\d{1,2}):)?(?<m>\d{1,3}):(?<s>[0-5]\d(?:[.,]\d+)?)\s*$"
PRIMES = (
    r"^\s*(?<h>)(?<m>\d{1,3})\s*['\u{2019}\u{2032}]\s*(?<s>[0-5]?\d(?:[.,]\d+)?)"
    r"\s*(?:\u0022|''|\u{201d}|\u{2033})?\s*$"
)
AREA_UNITS = r"a\.?\s?u\.?|counts?|cps"
NUMBER = r"^\s*([-+]?\d[\d.,\s'\u{2019}]*(?:[eE][-+]?\d+)?)\s*"


def with_plain_numbers(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with numbers alone in its retention times and areas, and the unit of its times.

    Clock times become minutes.

    Raises:
        PeakTableError: columns of retention times name different units.
    """
    roles = layout.number_roles
    _check_one_unit([name for name, role in roles.items() if role == "rt"])
    times = [
        name for name, role in roles.items() if role == "rt" and table[name].dtype == pl.String
    ]
    areas = [name for name, role in roles.items() if role == "volume"]
    table = table.with_columns(_without_unit(table[name], AREA_UNITS) for name in areas)
    for unit, words in UNITS.items():
        if times and all(_have_unit(table[name], words) for name in times):
            return _in_unit(table, layout, [_without_unit(table[it], words) for it in times], unit)
    clocks = [_clock_minutes(table[name]) for name in times]
    if not clocks or any(each is None for each in clocks):
        return table, layout
    example = _written(table[times[0]])[0]
    note = f"Retention times such as {example!r} are read as minutes and seconds."
    layout = replace(layout, notes=(*layout.notes, note))
    return _in_unit(table, layout, [each for each in clocks if each is not None], MINUTES)


def _check_one_unit(headers: Sequence[str]) -> None:
    """Refuse columns of retention times that name different units.

    Raises:
        PeakTableError: they do.
    """
    units = {unit: header for header in headers if (unit := split_unit(header)[1])}
    if len(units) > 1:
        raise PeakTableError(
            f"The columns {quoted_list(list(units.values()))} have retention times in different "
            "units. Write all times in one unit and try again."
        )


def _in_unit(
    table: pl.DataFrame, layout: Layout, columns: Iterable[pl.Series], unit: str
) -> tuple[pl.DataFrame, Layout]:
    return table.with_columns(columns), replace(layout, unit_in_cells=unit)


def _written(cells: pl.Series) -> pl.Series:
    """The cells that hold something."""
    return cells.filter(~cells.str.contains(ABSENT)).drop_nulls()


def _have_unit(cells: pl.Series, words: str) -> bool:
    written = _written(cells)
    return len(written) > 0 and written.str.contains(_pattern(words)).all()


def _without_unit(cells: pl.Series, words: str) -> pl.Series:
    if cells.dtype != pl.String or not _have_unit(cells, words):
        return cells
    number = cells.str.extract(_pattern(words))
    return cells.to_frame().select(pl.coalesce(number, cells).alias(cells.name)).to_series()


def _pattern(words: str) -> str:
    return rf"(?i){NUMBER}(?:{words})\.?\s*$"


def _clock_minutes(cells: pl.Series) -> pl.Series | None:
    """The times of a column in minutes, if each of them is a clock time."""
    written = _written(cells)
    for pattern in (CLOCK, PRIMES):
        if len(written) and written.str.contains(pattern).all():
            parts = cells.str.extract_groups(pattern).struct.unnest()
            hours, minutes, seconds = (_number(parts[name]) for name in "hms")
            return (hours.fill_null(0) * 60 + minutes + seconds / 60).alias(cells.name)
    return None


def _number(digits: pl.Series) -> pl.Series:
    return digits.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
