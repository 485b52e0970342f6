"""Find columns that say again what other columns say: areas of samples, times, or masses."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from app.analysis.reading.samples.computed_columns import (
    FEWEST_ROWS,
    LARGEST_ROUNDING,
    MOST_LOOKED_AT,
    Floats,
    numbers_in,
)

# The mass of a molecule and the m/z of its ions differ by less than this, in Da, charges apart.
# A multiple of an m/z is no mass, since each charge has one of a proton at least.
LEAST_OF_ADDUCT, MOST_OF_ADDUCT, MOST_CHARGES = 0.5, 50.0, 4
# The m/z of ions of gangliosides, generously.
LEAST_MZ, MOST_MZ = 200, 5_000
# Further times of a peak, such as its bounds, differ from its apex by less than this share.
MOST_OF_TIME = 0.2


def is_of_others(table: pl.DataFrame, column: str, others: Sequence[str]) -> bool:
    """Whether a column has the largest number of others, or their sum or mean, in each row.

    A sum of two can be that of a peak and its background. One that repeats another is of none.
    """
    rows = table.head(MOST_LOOKED_AT)
    if len(others) < 2 or len(rows) < FEWEST_ROWS:
        return False
    own = numbers_in(rows[column])
    numbers = np.nan_to_num(np.column_stack([numbers_in(rows[name]) for name in others]))
    if any(np.allclose(own, each, rtol=LARGEST_ROUNDING, atol=0) for each in numbers.T):
        return False
    sums = numbers.sum(axis=1)
    computed = [numbers.max(axis=1), sums / np.maximum(np.sum(numbers > 0, axis=1), 1)]
    computed += [sums] if len(others) > 2 else []
    return any(np.allclose(own, each, rtol=LARGEST_ROUNDING, atol=0) for each in computed)


def repeats_of(
    table: pl.DataFrame, columns: Sequence[str], times: str, masses: Sequence[str]
) -> set[str]:
    """The columns that hold further times of the peaks, or further masses of their molecules.

    ``times`` and ``masses`` are the headers of retention times and of m/z that are known.
    """
    rows = table.head(MOST_LOOKED_AT)
    references = [numbers_in(rows[name]) for name in masses]
    references = [mz for mz in references if not np.any((mz < LEAST_MZ) | (mz > MOST_MZ))]
    rt = numbers_in(rows[times]) if times else None
    return {
        name
        for name in columns
        if (rt is not None and _are_times(numbers_in(rows[name]), rt))
        or any(_are_masses(numbers_in(rows[name]), mz) for mz in references)
    }


def _are_times(numbers: Floats, rt: Floats) -> bool:
    return _all_known(np.abs(numbers - rt) - MOST_OF_TIME * np.abs(rt))


def _are_masses(numbers: Floats, mz: Floats) -> bool:
    charges = np.arange(1, MOST_CHARGES + 1)
    differences = np.abs(numbers[:, None] - mz[:, None] * charges) / charges
    is_multiple = (charges > 1) & (differences < LEAST_OF_ADDUCT)
    differences = np.where(is_multiple, np.inf, differences)
    return _all_known(differences.min(axis=1) - MOST_OF_ADDUCT)


def _all_known(excess: Floats) -> bool:
    """Whether no row, of several at least, has more than it may; rows without numbers apart."""
    known = excess[~np.isnan(excess)]
    return len(known) >= FEWEST_ROWS and bool((known <= 0).all())
