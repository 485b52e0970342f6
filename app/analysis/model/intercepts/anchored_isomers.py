"""Whether anchors, or many names with several peaks, show that a prefix has several isomers."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

LEAST_ANCHORED_NAMES = 2
# Peaks without anchors may be fragments or chance; of these more names must have several.
LEAST_NAMES = 4


def has_anchored_pairs(arrays: PeakArrays, rows: Indices) -> bool:
    """Whether at least two names have several anchors each in one sample."""
    names = arrays.sample_species[rows[arrays.anchor[rows]]]
    if len(names) < 2 * LEAST_ANCHORED_NAMES:
        return False
    several, anchors = np.unique(names, return_counts=True)
    return len(np.unique(several[anchors > 1] % arrays.names.height)) >= LEAST_ANCHORED_NAMES


def is_seen_at_all(
    arrays: PeakArrays,
    rows: Indices,
    adjusted_min: Array,
    intercepts: list[float],
    reach_min: float,
) -> bool:
    """Whether several names have, in one sample, a peak at every intercept.

    Two names with anchors are enough, or four whose peaks elute with no possible parent.
    ``adjusted_min`` (n,) are the times of all peaks without the effect of the ceramide; a peak
    is at the nearest intercept if that is less than ``reach_min`` away.
    """

    def names_at_all(some: Indices) -> int:
        miss = np.abs(adjusted_min[some][:, None] - np.array(intercepts))
        is_near = (miss < reach_min) & (miss == miss.min(axis=1, keepdims=True))
        names = arrays.sample_species[some]
        at_each = [set(names[is_near[:, n]].tolist()) for n in range(len(intercepts))]
        return len({name % arrays.names.height for name in set.intersection(*at_each)})

    if names_at_all(rows[arrays.anchor[rows]]) >= LEAST_ANCHORED_NAMES:
        return True
    return names_at_all(rows[~arrays.has_parent[rows]]) >= LEAST_NAMES
