"""Find numbers that were parsed with decimal points but may have points between thousands."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.reading.cells.number_notation import POINT, mark_by_median

Floats: TypeAlias = NDArray[np.float64]

# Rows that are looked at first.
ENOUGH_ROWS = 10_000


def is_unclear_when_parsed(table: pl.DataFrame, columns: Mapping[str, str]) -> bool:
    """Whether numbers that were parsed with points could have had points between thousands.

    So they could if all of them have three decimals at most and none is below 1, as in 530.172,
    unless their size tells that the points are decimal points.
    """
    every = max(1, table.height // ENOUGH_ROWS)  # such a sample tells it in most tables
    for step in (every, 1):
        marked = _marked(table, columns, step)
        if not all(map(_could_be_grouped, marked.values())):
            return False
        if marked and _marks_by_size(marked, columns) == {POINT}:
            return False
    return bool(marked)


def _marks_by_size(marked: Mapping[str, Floats], columns: Mapping[str, str]) -> set[str]:
    """The decimal marks that the size of the numbers tells, by column."""
    sizes = {name: float(np.median(numbers)) for name, numbers in marked.items()}
    found = (mark_by_median(size, columns[name], "", POINT) for name, size in sizes.items())
    return {mark for mark in found if mark}


def _marked(table: pl.DataFrame, columns: Mapping[str, str], step: int) -> dict[str, Floats]:
    """The numbers of each column that are not whole, of every so many rows."""
    numbers = {name: table[name].to_numpy()[::step] for name in columns}
    fractions = {name: each[_are_fractions(each)] for name, each in numbers.items()}
    return {name: each for name, each in fractions.items() if len(each)}


def _are_fractions(numbers: Floats) -> NDArray[np.bool_]:
    """Whether each number is not whole; a missing one, and one without bounds, is neither."""
    are_fractions: NDArray[np.bool_] = np.isfinite(numbers) & (numbers != np.floor(numbers))
    return are_fractions


def _could_be_grouped(numbers: Floats) -> bool:
    thousands = numbers * 1000
    is_grouped = (numbers >= 1) & (numbers < 1000) & (abs(thousands - thousands.round()) < 1e-6)
    return bool(is_grouped.all())
