"""Warn of tables whose times cannot judge a label: they follow no retention law, or count the rows.

A law with a wide spread fits any table. Then each label lies within its interval, and what is left
to tell right from wrong is not the time: an anchor would vouch for itself.
"""

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

NO_LAW, COUNTED = "no_retention_law", "counted_times"
# A table with such a warning has no law that a library can keep, or that finds missing species.
WITHOUT_LAW = frozenset({NO_LAW, COUNTED})
# The share of the variance of the times that the law explains (R²), each row weighted by the
# probability that its label is right. Simulated tables of every variation have 0.995 and more, cuts
# to 40 rows 0.94 and more; with shuffled times it is 0.05 to 0.7.
LEAST_R2 = 0.75
# With fewer rows chance can do that: 4 of 60 cuts to 12 rows have less, none of 60 to 20 rows.
LEAST_ROWS = 20
# So many rows with one step between all of their times are no peaks, but a count. Steps differ by
# up to this share of the step where the times are rounded. The members of a homologous series can
# have one step too, but fewer rows.
LEAST_COUNTED, MOST_APART = 30, 0.05


def time_warning(arrays: PeakArrays, residual_min: Array, p_true: Array) -> DataWarning | None:
    """Why the times of a table cannot judge its labels; None if they can.

    ``residual_min`` (n,) are the differences from the law in minutes, and ``p_true`` (n,) the
    probabilities of the labels.
    """
    if len(arrays.row) >= LEAST_COUNTED and _is_count(arrays):
        return _warning(
            arrays,
            COUNTED,
            "The retention times rise by the same step from row to row, as numbers of rows do and "
            "times of peaks do not.",
        )
    share = _explained_share(arrays.time_min, residual_min, arrays.count * p_true)
    if len(arrays.row) < LEAST_ROWS or share >= LEAST_R2:
        return None
    return _warning(
        arrays,
        NO_LAW,
        "The retention times do not follow the labels: a retention law explains "
        f"{max(share, 0.0):.0%} of their differences, and more than 95% in usual tables.",
    )


def _warning(arrays: PeakArrays, code: str, seen: str) -> DataWarning:
    text = (
        f"{seen} So they confirm no label. Look whether the right column was read as retention "
        "time, and whether names and times still belong to the same rows."
    )
    return DataWarning(code, text, tuple(arrays.row[:SHOWN_ROWS].tolist()))


def _explained_share(time_min: Array, residual_min: Array, weight: Array) -> float:
    """R² of the law; 0 where all times are one time, because then there is nothing to explain."""
    total = float(weight @ np.square(time_min - weight @ time_min / weight.sum()))
    smallest = np.square(np.finfo(np.float64).eps * np.abs(time_min).max()) * weight.sum()
    if total <= smallest:
        return 0.0
    return 1 - float(weight @ np.square(residual_min)) / total


def _is_count(arrays: PeakArrays) -> bool:
    """Whether the times of each sample are a line over the numbers of the rows."""
    order = np.lexsort((arrays.row, arrays.sample))
    sample, row, rt_min = arrays.sample[order], arrays.row[order], arrays.rt_min[order]
    is_next = np.diff(sample) == 0
    step = (np.diff(rt_min) / np.diff(row.astype(np.float64)))[is_next]
    if len(step) < LEAST_COUNTED - 1:
        return False
    size = float(np.abs(step).max())
    return size > 0 and float(np.ptp(step)) <= MOST_APART * size
