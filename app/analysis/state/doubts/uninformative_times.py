"""Warn of tables whose times cannot judge a label: they follow no retention law, or count the rows.

A law with a wide spread fits any table. Then each label lies within its interval, and what is left
to tell right from wrong is not the time: an anchor would vouch for itself.
"""

from typing import NamedTuple

import numpy as np

from app.analysis.computing.explained_share import explained_share
from app.analysis.counted import percent
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.species_table import whole_numbers
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

NO_LAW, COUNTED, NO_CLASSES = "no_retention_law", "counted_times", "classes_without_effect"
# The share of the variance of the times that the law explains (R²), each row weighted by the
# probability that its label is right. Simulated tables of every variation have 0.995 and more, cuts
# to 40 rows 0.94 and more; with shuffled times it is 0.05 to 0.7.
LEAST_R2 = 0.75
# With fewer rows chance can do that: 4 of 60 cuts to 12 rows have less, none of 60 to 20 rows.
LEAST_ROWS = 20
# The same for the part of the variance that the ceramides leave to the classes. Simulated tables
# have 0.91 and more (noise up to 0.3 min), 119 of 120 cuts to 160 rows 0.92 and more. With random
# classes it is 0.46 to 0.85, with names moved by one row 0.74 to 0.96.
LEAST_OF_CLASSES, LEAST_CLASSES, LEAST_CLASSIFIED = 0.9, 3, 150
# Classes that elute at one time explain nothing either, but then the scatter is small. In minutes
# of porcine brain: 0.02 to 0.17 there, with random classes 0.22 and more.
MOST_SCATTER_MIN = 0.2
# So many rows with one step between all of their times are no peaks, but a count. Steps differ by
# up to this share of the step where the times are rounded. The members of one homologous series can
# have one step too, so of these more rows are needed, unless the step is a minute or a second.
LEAST_COUNTED, LEAST_OF_SERIES, MOST_APART = 8, 30, 0.05
WHOLE_STEPS, ROUNDING = (1.0, 1 / 60), 1e-6


class Explained(NamedTuple):
    """How the law explains the peaks; all arrays are (n,).

    ``residual_min`` are the differences from the law in minutes, ``class_min`` the times of the
    class of each label with one ceramide, NaN where the law has none, ``p_true`` the probabilities
    of the labels, and ``scatter_min`` the standard deviation of the peaks about the law.
    """

    residual_min: Array
    class_min: Array
    p_true: Array
    scatter_min: float


def time_warning(arrays: PeakArrays, found: Explained) -> DataWarning | None:
    """Why the times of a table cannot judge its labels; None if they can."""
    if _is_count(arrays):
        return _warning(
            arrays,
            COUNTED,
            "The retention times rise by the same step from row to row, as numbers of rows do and "
            "times of peaks do not.",
        )
    weight = arrays.count * found.p_true
    share = explained_share(arrays.time_min, found.residual_min, weight)
    if len(arrays.row) >= LEAST_ROWS and share < LEAST_R2:
        return _warning(
            arrays,
            NO_LAW,
            "The retention times do not follow the labels: a retention law explains "
            f"{percent(max(share, 0.0))} of their differences, and more than 95 % in usual tables.",
        )
    return _class_warning(arrays, found, weight)


def _class_warning(arrays: PeakArrays, found: Explained, weight: Array) -> DataWarning | None:
    scatter = found.scatter_min / arrays.time_scale
    classes = set(arrays.species_table["core"].tolist())
    is_few = len(classes) < LEAST_CLASSES or arrays.count.sum() < LEAST_CLASSIFIED
    if is_few or scatter <= MOST_SCATTER_MIN:
        return None
    known = ~np.isnan(found.class_min)
    residual, weight = found.residual_min[known], weight[known]
    share = explained_share(found.class_min[known] + residual, residual, weight)
    if share >= LEAST_OF_CLASSES:
        return None
    return _warning(
        arrays,
        NO_CLASSES,
        "The retention times do not follow the classes of the labels: of the differences that the "
        f"ceramides leave, the classes explain {percent(max(share, 0.0))}, and more than 90 % in "
        "usual tables.",
    )


def _warning(arrays: PeakArrays, code: str, seen: str) -> DataWarning:
    text = (
        f"{seen} So they confirm no label. Look whether the right column was read as retention "
        "time, and whether names and times still belong to the same rows."
    )
    return DataWarning(code, text, tuple(arrays.row[:SHOWN_ROWS].tolist()))


def _is_count(arrays: PeakArrays) -> bool:
    """Whether the times of each sample are a line over the numbers of the rows."""
    # Times that do not rise evenly in the first samples do not in all.
    if not all(_rise_evenly(_steps(each)) for each in (arrays.parts[0], arrays)):
        return False
    step = _steps(arrays)
    if len(step) < LEAST_COUNTED - 1 or not step.any():
        return False
    is_whole = any(np.all(np.abs(np.abs(step) - whole) < ROUNDING) for whole in WHOLE_STEPS)
    return len(step) >= LEAST_OF_SERIES - 1 or is_whole or not _is_series(arrays)


def _steps(arrays: PeakArrays) -> Array:
    """From each row of a sample to its next one, the minutes for each number of a row."""
    order = _order(arrays)
    is_next = np.diff(arrays.sample[order]) == 0
    rows_on = np.diff(arrays.row[order].astype(np.float64))[is_next]
    steps: Array = np.diff(arrays.rt_min[order])[is_next] / rows_on
    return steps


def _order(arrays: PeakArrays) -> Indices:
    return np.lexsort((arrays.row, arrays.sample))


def _rise_evenly(step: Array) -> bool:
    return not len(step) or bool(np.ptp(step) <= MOST_APART * np.abs(step).max())


def _is_series(arrays: PeakArrays) -> bool:
    """Whether the rows are homologues: from each to the next the carbons rise or fall alike."""
    names = arrays.species_table
    kinds = whole_numbers(names, "prefix_code", "double_bonds", "hydroxyls", "carbons")
    moves = np.diff(kinds[arrays.species[_order(arrays)]], axis=0)
    return bool(np.all(moves[:, :3] == 0) and np.all(moves[:, 3] == moves[0, 3]))
