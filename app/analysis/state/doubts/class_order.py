"""Warn of tables whose classes do not elute by their sugars, in neither direction.

A ganglioside elutes earlier with each sugar on a reversed phase, later on HILIC. Classes that
follow no such order have wrong names, or are separated in a way that this analysis does not know.
"""

import numpy as np

from app.analysis.computing.explained_share import explained_share
from app.analysis.counted import percent
from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

NO_ORDER = "classes_out_of_order"
# The share of the variance of the times of classes that the numbers of their sialic acids and other
# sugars explain (R²). Simulated tables have 0.72 and more. Of 4,000 draws of seven classes of the
# second law at most 0.5 % have less than 0.5, of nine 0.1 %; of classes with exchanged names 75 %
# and 90 %.
LEAST_R2, LEAST_CLASSES = 0.5, 7
# With fewer rows the times of the classes are known less well.
LEAST_ROWS = 150


def order_warning(arrays: PeakArrays, model: RetentionModel) -> DataWarning | None:
    """Why the classes of a table may have wrong names; None if they elute by their sugars."""
    times_min, sugars = _classes(model)
    if len(times_min) < LEAST_CLASSES or arrays.count.sum() < LEAST_ROWS:
        return None
    x = np.column_stack([np.ones(len(times_min)), sugars])
    residual_min = times_min - x @ np.linalg.lstsq(x, times_min, rcond=None)[0]
    share = explained_share(times_min, residual_min, np.ones(len(times_min)))
    if share >= LEAST_R2:
        return None
    text = (
        "The classes do not elute in the order of their sugars, nor in the reversed order: the "
        f"numbers of sialic acids and other sugars explain {percent(share)} of the differences "
        "between their times, and more than 70 % in usual tables. So the times confirm no label. "
        "Look whether the right classes stand in the names."
    )
    return DataWarning(NO_ORDER, text, tuple(arrays.row[:SHOWN_ROWS].tolist()))


def _classes(model: RetentionModel) -> tuple[Array, Array]:
    """The mean time of each class without modifications, and its numbers of sugars (classes, 2)."""
    glycans, (times_min, _) = model.glycans, model.reference_times
    prefixes = np.array([group.partition("/")[0] for group in model.groups])
    found: dict[str, tuple[float, float, float]] = {}
    for prefix in sorted({each for each in prefixes if "+" not in each}):
        own = np.flatnonzero(prefixes == prefix)
        sialic, neutral = (float(glycans[n][own[0]]) for n in ("sialic", "neutral_sugars"))
        found[prefix] = (float(times_min[own].mean()), sialic, neutral)
    table = np.array(list(found.values())).reshape(-1, 3)
    return table[:, 0], table[:, 1:]
