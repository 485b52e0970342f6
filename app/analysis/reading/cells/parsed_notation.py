"""Find numbers that were parsed with decimal points but may have points between thousands."""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.cells.number_notation import POINT, mark_by_median

# Rows that are looked at first.
ENOUGH_ROWS = 10_000


def is_unclear_when_parsed(table: pl.DataFrame, columns: Mapping[str, str]) -> bool:
    """Whether numbers that were parsed with points could have had points between thousands.

    So they could if all of them have three decimals at most and none is below 1, as in 530.172,
    unless their size tells that the points are decimal points.
    """
    numbers = table.select(*columns)
    sample = numbers.gather_every(max(1, table.height // ENOUGH_ROWS))  # tells it in most tables
    for rows in (sample, numbers):
        marked = _marked(rows, columns)
        if not all(map(_could_be_grouped, marked.values())):
            return False
        if marked and _marks_by_size(marked, columns) == {POINT}:
            return False
    return bool(marked)


def _marks_by_size(marked: Mapping[str, pl.Series], columns: Mapping[str, str]) -> set[str]:
    """The decimal marks that the size of the numbers tells, by column."""
    sizes = {name: float(cells.median() or 0) for name, cells in marked.items()}  # type: ignore[arg-type]
    found = (mark_by_median(size, columns[name], "", POINT) for name, size in sizes.items())
    return {mark for mark in found if mark}


def _marked(table: pl.DataFrame, columns: Mapping[str, str]) -> dict[str, pl.Series]:
    """The numbers of each column that are not whole."""
    numbers = {name: table[name].drop_nulls() for name in columns}
    fractions = {name: cells.filter(cells != cells.floor()) for name, cells in numbers.items()}
    return {name: cells for name, cells in fractions.items() if len(cells)}


def _could_be_grouped(cells: pl.Series) -> bool:
    thousands = cells * 1000
    return bool(
        cells.is_between(1, 1000, closed="left").all()
        and ((thousands - thousands.round()).abs() < 1e-6).all()
    )
