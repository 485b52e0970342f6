"""Notice areas that are logarithms or centred values: sums and shares of them mean nothing."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

# In fewer rows areas can be alike by chance.
LEAST_ROWS = 20
# Areas of one table differ by factors of a hundred and more. The log2 of 10^3 to 10^12 lies between
# 10 and 40, its log10 between 3 and 12; so the largest is less than so many times the smallest.
LEAST_FOLD, MOST_LOGARITHM = 8.0, 64.0
# Of areas, so many below 0 are no mistakes in single cells.
LEAST_NEGATIVE = 0.05
# Areas that are few different numbers are ranks or classes of size.
LEAST_DISTINCT = 0.5
CONSEQUENCE = (
    "Sialoscope sums areas and compares their ratios, so give the areas as the instrument measured "
    "them."
)


def logarithm_note(areas: pl.Series) -> str:
    """One sentence on areas that are no areas, empty for others; ``areas`` are those as read."""
    values = areas.drop_nulls().to_numpy()
    values = values[np.isfinite(values)]
    if len(values) < LEAST_ROWS or (values.max() >= MOST_LOGARITHM and values.min() >= 0):
        return ""
    negative = int(np.sum(values < 0))
    if negative < LEAST_NEGATIVE * len(values):
        return _of_logarithms(values[values > 0])
    return (
        f"{negative:,} of {len(values):,} areas are below 0, as logarithms of ratios and centred "
        f"values are. Such a row stays as invalid. {CONSEQUENCE}"
    )


def _of_logarithms(areas: NDArray[np.float64]) -> str:
    low, high = areas.min(initial=np.inf), areas.max(initial=0.0)
    is_log = low > 1 and high < min(MOST_LOGARITHM, LEAST_FOLD * low)
    if not is_log or _are_whole_or_few(areas):
        return ""
    return (
        f"All areas lie between {low:.3g} and {high:.3g}, as logarithms do. {CONSEQUENCE} "
        "Volumes with fragments and quantities of this table are wrong."
    )


def _are_whole_or_few(areas: NDArray[np.float64]) -> bool:
    """Whether areas are counts, or but a few different numbers."""
    is_whole = bool(np.all(areas == np.round(areas)))
    return is_whole or len(np.unique(areas)) < LEAST_DISTINCT * len(areas)
