"""Read units and clock times in cells: ``10.6 min``, ``5000 counts``, ``10:36``, ``7'35"``.

Where the retention times have several units, each is read in its own. If the unit of one is not
known, the cells stay as they are and are no numbers.
"""

from collections.abc import Iterable, Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells.cells import ABSENT
from app.analysis.reading.cells.units_by_cell import minutes_by_cell
from app.analysis.reading.cells.written_numbers import with_written_numbers
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.headers.time_words import MINUTES, UNITS, split_unit
from app.analysis.reading.layout.layout import Layout

# h:mm:ss or m:ss, and m'ss" with any marks for minutes and seconds.
CLOCK = r"^\s*(?:(?<h>\d{1,2}):)?(?<m>\d{1,3}):(?<s>[0-5]\d(?:[.,]\d+)?)\s*$"
PRIMES = (
    r"^\s*(?<h>)(?<m>\d{1,3})\s*['\u{2019}\u{2032}]\s*(?<s>[0-5]?\d(?:[.,]\d+)?)"
    r"\s*(?:\u0022|''|\u{201d}|\u{2033})?\s*$"
)
# 10 min 36 s, 10m36s or PT10M36S of ISO 8601.
WORDED = (
    r"(?i)^\s*(?:PT)?(?:(?<h>\d{1,2})\s*h(?:ours?|rs?)?)?\s*(?<m>\d{1,3})\s*m(?:in(?:utes?|s)?)?\.?"
    r"\s*(?<s>[0-5]?\d(?:[.,]\d+)?)\s*s(?:ec(?:onds?|s)?)?\.?\s*$"
)
CLOCKS = (CLOCK, PRIMES, WORDED)
AREA_UNITS = r"a\.?\s?u\.?|counts?|cps"
PERCENT = "%"
NUMBER = r"^\s*([-+]?\d[\d.,\s'\u{2019}]*(?:[eE][-+]?\d+)?)\s*"


def with_plain_numbers(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with numbers alone in its retention times and areas, and the unit of its times.

    Clock times become minutes.

    Raises:
        PeakTableError: columns of retention times name different units.
    """
    roles = layout.number_roles
    table, notes = with_written_numbers(table, roles)
    layout = layout.with_notes(*notes)
    headers = [name for name, role in roles.items() if role == "rt"]
    _check_one_unit(headers)
    areas = [name for name, role in roles.items() if role == "volume"]
    table = table.with_columns(_plain_areas(table[name]) for name in areas)
    times = [name for name in headers if table[name].dtype == pl.String]
    return _with_plain_times(table, layout, times) if times else (table, layout)


def _with_plain_times(
    table: pl.DataFrame, layout: Layout, times: Sequence[str]
) -> tuple[pl.DataFrame, Layout]:
    """The table with numbers alone in its columns of ``times``, and their unit in the layout."""
    for unit, words in UNITS.items():
        if all(_have_unit(table[name], words) for name in times):
            return _in_unit(table, layout, [_without_unit(table[it], words) for it in times], unit)
    clocks = [minutes for name in times if (minutes := _clock_minutes(table[name])) is not None]
    if len(clocks) == len(times):
        example = _written(table[times[0]])[0]
        note = f"Retention times such as {example!r} are read as minutes and seconds."
        layout = layout.with_notes(note)
        return _in_unit(table, layout, clocks, MINUTES)
    return _in_units_of_cells(table, layout, times)


def _in_units_of_cells(
    table: pl.DataFrame, layout: Layout, times: Sequence[str]
) -> tuple[pl.DataFrame, Layout]:
    """The table with times in minutes if its cells have units of their own; else as it is."""
    if not any(table[name].str.contains(r"\d.*[^\d.,\s]").any() for name in times):
        return table, layout
    units = [_units_of(table[name]) for name in times]
    clocks = [_clocks_of(table[name]) for name in times]
    numbers = [_number(_numbers_of(table[name])) for name in times]
    minutes = minutes_by_cell(numbers, units, clocks)
    if minutes is None:
        return table, layout
    note = "Some retention times have a unit of their own; each is read in its unit."
    layout = layout.with_notes(note)
    read = [
        pl.select(pl.coalesce(each.cast(pl.String), table[each.name])).to_series().alias(each.name)
        for each in minutes
    ]
    return _in_unit(table, layout, read, MINUTES)


def _units_of(cells: pl.Series) -> pl.Series:
    """The unit in each cell; null without one."""
    found = [
        pl.when(cells.str.contains(_pattern(words))).then(pl.lit(unit))
        for unit, words in UNITS.items()
    ]
    return pl.select(pl.coalesce(found)).to_series()


def _clocks_of(cells: pl.Series) -> pl.Series:
    """The minutes of each cell that is a clock time; null for others."""
    return pl.select(pl.coalesce(_minutes_by(cells, pattern) for pattern in CLOCKS)).to_series()


def _numbers_of(cells: pl.Series) -> pl.Series:
    """The number in each cell that has one, with a unit or without."""
    words = "|".join(UNITS.values())
    return cells.str.extract(rf"(?i){NUMBER}(?:(?:{words})\.?)?\s*$").alias(cells.name)


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


def _plain_areas(cells: pl.Series) -> pl.Series:
    """Areas without counts or a.u., which all mean the same, and without % if each cell has it."""
    if cells.dtype != pl.String:
        return cells
    words = PERCENT if _have_unit(cells, PERCENT) else AREA_UNITS
    return _without_unit(cells, words)


def _without_unit(cells: pl.Series, words: str) -> pl.Series:
    number = cells.str.extract(_pattern(words))
    return cells.to_frame().select(pl.coalesce(number, cells).alias(cells.name)).to_series()


def _pattern(words: str) -> str:
    return rf"(?i){NUMBER}(?:{words})\.?\s*$"


def _clock_minutes(cells: pl.Series) -> pl.Series | None:
    """The times of a column in minutes, if each of them is a clock time."""
    written = _written(cells)
    for pattern in CLOCKS:
        if len(written) and written.str.contains(pattern).all():
            return _minutes_by(cells, pattern)
    return None


def _minutes_by(cells: pl.Series, pattern: str) -> pl.Series:
    """The minutes of each cell of a pattern; null for others."""
    parts = cells.str.extract_groups(pattern).struct.unnest()
    hours, minutes, seconds = (_number(parts[name]) for name in "hms")
    return (hours.fill_null(0) * 60 + minutes + seconds / 60).alias(cells.name)


def _number(digits: pl.Series) -> pl.Series:
    """The numbers of texts with one decimal mark; null for others."""
    return (
        digits.str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    )
