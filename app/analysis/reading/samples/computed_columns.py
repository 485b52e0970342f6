"""Find columns whose numbers are sums or means of others, whatever their header is."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.reading.cells.cells import parse_numbers

Floats: TypeAlias = NDArray[np.float64]

# Numbers that are equal but for the rounding of what was written.
LARGEST_ROUNDING = 1e-4
# Fewer rows can agree by chance; more of them than this decide nothing further.
FEWEST_ROWS, MOST_ROWS = 3, 6
# They are looked for among the first rows.
MOST_LOOKED_AT = 200
# Each group of neighbours is compared with each column, which takes cubic time.
MOST_COLUMNS = 150


def computed_columns(table: pl.DataFrame, columns: Sequence[str]) -> set[str]:
    """The columns that hold the sum or the mean of neighbouring others in each row.

    A missing number is none of a mean, and 0 of a sum. Columns that are multiples of each other
    decide nothing.
    """
    if not FEWEST_ROWS <= len(columns) <= MOST_COLUMNS:
        return set()
    rows = table.head(MOST_LOOKED_AT)
    numbers = np.column_stack([_numbers(rows[name]) for name in columns])
    has_most = np.sum(numbers > 0, axis=1) >= FEWEST_ROWS
    numbers = numbers[has_most][:MOST_ROWS]
    if len(numbers) < FEWEST_ROWS:
        return set()
    return {columns[place] for place in _computed(numbers)}


def _numbers(cells: pl.Series) -> Floats:
    return parse_numbers(cells).cast(pl.Float64).to_numpy()


def _computed(numbers: Floats) -> set[int]:
    """The places of the columns of ``numbers`` (rows, columns; NaN where missing)."""
    width = numbers.shape[1]
    sums = _running(np.nan_to_num(numbers))
    counts = _running((~np.isnan(numbers)).astype(float))
    found: set[int] = set()
    for size in range(2, width):
        total = sums[:, size:] - sums[:, :-size]
        count = counts[:, size:] - counts[:, :-size]
        for group in (total, total / np.maximum(count, 1)):
            for start, place in zip(*np.nonzero(_are_equal(group, numbers)), strict=True):
                members = range(start, start + size)
                if place not in members and not _are_multiples(numbers, [*members, place]):
                    found.add(int(place))
    return found


def _running(numbers: Floats) -> Floats:
    """The sums of the first columns: of none of them, of one, and so on."""
    return np.cumsum(np.pad(numbers, ((0, 0), (1, 0))), axis=1)


def _are_equal(groups: Floats, numbers: Floats) -> NDArray[np.bool_]:
    """Which group equals which column in each row where the column has a number."""
    one, other = groups[:, :, None], numbers[:, None, :]
    is_equal = np.abs(one - other) <= LARGEST_ROUNDING * np.abs(other)
    has_some = np.sum(~np.isnan(numbers) & (numbers > 0), axis=0) >= FEWEST_ROWS
    matches: NDArray[np.bool_] = np.all(is_equal | np.isnan(other), axis=0) & has_some
    return matches


def _are_multiples(numbers: Floats, places: Sequence[int]) -> bool:
    """Whether columns differ by a factor alone."""
    some = np.nan_to_num(numbers[:, places])
    norms = some / np.maximum(np.linalg.norm(some, axis=0), np.finfo(float).tiny)
    return bool(np.allclose(norms, norms[:, :1], rtol=0, atol=1e-3))
