"""Whether anchors alone show that a prefix has several isomers."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peak_arrays import PeakArrays

LEAST_ANCHORED_NAMES = 2


def has_anchored_pairs(arrays: PeakArrays, rows: Indices) -> bool:
    """Whether at least two names have several anchors each in one sample."""
    names = arrays.sample_species[rows[arrays.anchor[rows]]]
    several, anchors = np.unique(names, return_counts=True)
    return len(np.unique(several[anchors > 1] % arrays.names.height)) >= LEAST_ANCHORED_NAMES


def has_anchors_at_all(
    arrays: PeakArrays,
    rows: Indices,
    adjusted_min: Array,
    intercepts: list[float],
    reach_min: float,
) -> bool:
    """Whether at least two names have, in one sample, an anchor at every intercept.

    ``adjusted_min`` (n,) are the times of all peaks without the effect of the ceramide; an anchor
    is at the nearest intercept if that is less than ``reach_min`` away.
    """
    anchors = rows[arrays.anchor[rows]]
    miss = np.abs(adjusted_min[anchors][:, None] - np.array(intercepts))
    is_near = (miss < reach_min) & (miss == miss.min(axis=1, keepdims=True))
    names = arrays.sample_species[anchors]
    at_each = [set(names[is_near[:, n]].tolist()) for n in range(len(intercepts))]
    at_all = {name % arrays.names.height for name in set.intersection(*at_each)}
    return len(at_all) >= LEAST_ANCHORED_NAMES
