"""Find columns whose numbers are computed from those of others, whatever their header is."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import permutations
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.headers.columns import fold

Floats: TypeAlias = NDArray[np.float64]

# Numbers that are equal but for the rounding of what was written.
LARGEST_ROUNDING = 1e-4
# Samples differ by no exact factor in so many rows; in made-up tables they can, by a small one.
LEAST_SCALE, FEWEST_SCALED = 20.0, 4
# Multiples of each other, divided by their lengths, differ by no more.
LARGEST_DIFFERENCE = 1e-3
# Few columns are so alike, and those are looked at.
ALIKE = 0.01
# Numbers of less than three digits are rounded more.
LARGEST_ROUNDING_OF_COPIES = 5e-3
# Fewer rows can agree by chance; more of them than this decide nothing further.
FEWEST_ROWS, MOST_ROWS = 3, 6
# They are looked for among the first rows.
MOST_LOOKED_AT = 200
# Each group of neighbours is compared with each column, which takes cubic time.
MOST_COLUMNS = 150
# What is computed from neighbouring columns; a missing area is 0 of a sum and none of the others.
OF_GROUPS: tuple[Callable[..., Floats], ...] = (
    *(np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanmedian),
)
# What is computed from one column, besides multiples of it.
OF_ONE: tuple[Callable[[Floats], Floats], ...] = (np.log2, np.log10, np.log, np.sqrt)


def computed_columns(
    table: pl.DataFrame, columns: Sequence[str], *, with_copies: bool = True
) -> set[str]:
    """The columns that are computed from others in each row.

    These are sums, means, medians and bounds of neighbouring columns. Columns that are multiples of
    each other decide nothing, unless the header of one is in that of the other: ``s1`` and
    ``s1 per mg``. Such a column can also be a logarithm, a root, or the first without a third.
    These are left out but ``with_copies``.
    """
    if not 2 <= len(columns) <= MOST_COLUMNS:
        return set()
    rows = table.head(MOST_LOOKED_AT)
    numbers = np.column_stack([numbers_in(rows[name]) for name in columns])
    has_most = np.sum(numbers > 0, axis=1) >= min(FEWEST_ROWS, len(columns))
    numbers = numbers[has_most][:MOST_ROWS]
    if len(numbers) < FEWEST_ROWS:
        return set()
    copies = _copies(columns, numbers) if with_copies else set()
    kept = [place for place, name in enumerate(columns) if name not in copies]
    return copies | {columns[kept[place]] for place in _of_groups(numbers[:, kept])}


def scaled_copies(table: pl.DataFrame, columns: Sequence[str]) -> set[str]:
    """The columns that are another one divided by one large number, as normalised areas are.

    Their headers say nothing, so each of four rows or more has to agree, and the scales differ.
    """
    if not 2 <= len(columns) <= MOST_COLUMNS:
        return set()
    rows = table.head(MOST_LOOKED_AT)
    numbers = np.column_stack([numbers_in(rows[name]) for name in columns])
    shapes = _shapes(numbers)
    return {
        columns[copy]
        for own in range(len(columns))
        for copy in _alike(shapes, own)
        if _is_scaled(numbers[:, own], numbers[:, copy])
    }


def _alike(shapes: Floats, own: int) -> list[int]:
    """The places of the columns that are nearly like one of them."""
    differences = np.abs(shapes - shapes[:, [own]]).max(axis=0)
    return [int(place) for place in np.flatnonzero(differences <= ALIKE)]


def _shapes(numbers: Floats) -> Floats:
    """Each column divided by its largest number, so that multiples are alike; 0 where missing."""
    some = np.nan_to_num(numbers)
    shapes: Floats = some / np.maximum(some.max(axis=0), np.finfo(float).tiny)
    return shapes


def _is_scaled(own: Floats, copy: Floats) -> bool:
    known = (own > 0) & (copy > 0)
    if known.sum() < FEWEST_SCALED or np.any((own > 0) & (copy == 0)) or np.ptp(own[known]) == 0:
        return False
    ratios = own[known] / copy[known]
    is_even = np.ptp(ratios) <= LARGEST_ROUNDING_OF_COPIES * ratios.min()
    return bool(is_even and ratios.min() >= LEAST_SCALE)


def numbers_in(cells: pl.Series) -> Floats:
    """The numbers of a column; NaN for what is none."""
    if not (cells.dtype == pl.String or cells.dtype.is_numeric()):
        return np.full(len(cells), np.nan)
    return parse_numbers(cells).cast(pl.Float64).to_numpy()


def _copies(columns: Sequence[str], numbers: Floats) -> set[str]:
    """The columns that are computed from one whose header is a part of theirs."""
    folded = [fold(name) for name in columns]
    return {
        columns[longer]
        for shorter, longer in permutations(range(len(columns)), 2)
        if _is_part(folded[shorter], folded[longer])
        and len(columns[shorter]) < len(columns[longer])
        and _is_copy(numbers[:, shorter], numbers[:, longer], numbers)
    }


def _is_part(shorter: str, longer: str) -> bool:
    """Whether a header is a part of another and ends within no number: 0 min is none of 30 min."""
    before = r"(?<!\d)" if shorter[:1].isdigit() else ""
    after = r"(?!\d)" if shorter[-1:].isdigit() else ""
    return bool(shorter and re.search(before + re.escape(shorter) + after, longer))


def _is_copy(one: Floats, other: Floats, numbers: Floats) -> bool:
    known = (one > 0) & (other > 0)
    if known.sum() < FEWEST_ROWS or np.ptp(one[known]) == 0:
        return False
    ratios = other[known] / one[known]
    if np.ptp(ratios) <= LARGEST_ROUNDING_OF_COPIES * ratios.min():
        return True
    computed = [compute(one[known]) for compute in OF_ONE]
    computed += [one[known] - third for third in numbers[known].T]
    return any(_are_equal(each, other[known]) for each in computed)


def _are_equal(one: Floats, other: Floats) -> bool:
    return bool(np.all(np.abs(one - other) <= LARGEST_ROUNDING_OF_COPIES * np.abs(other)))


def _of_groups(numbers: Floats) -> set[int]:
    """The places of the columns of ``numbers`` (rows, columns; NaN where missing)."""
    has_some = np.sum(numbers > 0, axis=0) >= FEWEST_ROWS
    found: set[int] = set()
    for compute, first, last, place in _candidates(numbers, found):
        members = range(first, last + 1)
        if place in members or place in found or not has_some[place]:
            continue
        group, own = numbers[:, first : last + 1], numbers[:, place]
        known = ~np.isnan(own) & ~np.isnan(group).all(axis=1)
        is_equal = (
            np.abs(compute(group[known], axis=1) - own[known]) <= LARGEST_ROUNDING * own[known]
        )
        if is_equal.all() and not _are_multiples(numbers, [*members, place]):
            found.add(place)
    return found


def _candidates(
    numbers: Floats, found: Collection[int]
) -> Iterator[tuple[Callable[..., Floats], int, int, int]]:
    """What may be computed from which neighbours and where it stands, by the fullest row alone.

    Multiples of one column, such as copies of a sample, and what is ``found`` already are left out
    together: one by one they take minutes in a table of a hundred of them.
    """
    fullest = numbers[np.argmax(np.sum(numbers > 0, axis=1))]
    places = np.flatnonzero(~np.isnan(fullest))
    row, shape = fullest[places], _shape_numbers(numbers)[places]
    for size in range(2, len(row)):
        windows, shapes = (sliding_window_view(each, size) for each in (row, shape))
        is_one_shape = (shapes == shapes[:, :1]).all(axis=1)
        decides = ~is_one_shape[:, None] | (shapes[:, :1] != shape)
        for compute in OF_GROUPS:
            values = compute(windows, axis=1)
            is_equal = np.abs(values[:, None] - row) <= LARGEST_ROUNDING * row
            is_open = ~np.isin(places, [*found])
            for start, place in zip(*np.nonzero(is_equal & decides & is_open), strict=True):
                last = places[start + size - 1]
                yield compute, int(places[start]), int(last), int(places[place])


def _shape_numbers(numbers: Floats) -> NDArray[np.int64]:
    """A number for each column; multiples of one column have the same."""
    norms = _norms(numbers)
    is_alike = np.abs(norms[:, :, None] - norms[:, None, :]).max(axis=0) <= LARGEST_DIFFERENCE
    first: NDArray[np.int64] = is_alike.argmax(axis=0)
    return first


def _norms(numbers: Floats) -> Floats:
    """Each column divided by its length; 0 where missing."""
    some = np.nan_to_num(numbers)
    norms: Floats = some / np.maximum(np.linalg.norm(some, axis=0), np.finfo(float).tiny)
    return norms


def _are_multiples(numbers: Floats, places: Sequence[int]) -> bool:
    """Whether columns differ by a factor alone."""
    norms = _norms(numbers[:, places])
    return bool(np.allclose(norms, norms[:, :1], rtol=0, atol=LARGEST_DIFFERENCE))
