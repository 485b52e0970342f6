"""Which parents are expected near the time of each peak that can be a fragment of them."""

import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# The most bins of time by which parents are looked up.
MOST_BINS = 200


def parents_in_reach(
    species: Indices, parent_min: Array, arrays: PeakArrays, reach_min: float
) -> tuple[Indices, Indices]:
    """Pairs of a peak and a parent that is expected at most ``reach_min`` from it, as positions.

    ``species`` (m,) are the species that are fragments of parents at ``parent_min`` (m,).
    """
    order = np.lexsort((parent_min, species))
    parent_min = parent_min[order]
    first, end = _range(parent_min, species[order], arrays, reach_min)
    peak, place = members(first, np.maximum(end - first, 0))
    off_min = parent_min[place] - arrays.time_min[peak]
    near = np.flatnonzero(np.abs(off_min) <= reach_min)
    return peak[near], order[place[near]]


def _range(
    parent_min: Array, own: Indices, arrays: PeakArrays, reach_min: float
) -> tuple[Indices, Indices]:
    """The first parent, or one before it, that is within reach of each time, and the end.

    ``parent_min`` are the times of the parents, sorted by the species ``own`` and time. A table of
    the first parents by species and time is looked up, which is faster than a search for each peak.
    """
    species = arrays.species
    if not len(own):
        return np.zeros_like(species), np.zeros_like(species)
    start_min = float(parent_min.min())
    range_min = float(parent_min.max()) - start_min
    width_min = max(reach_min, range_min / MOST_BINS)
    bins = int(range_min / width_min) + 3
    # Half a bin more, so that no rounding leaves out a parent.
    after = np.floor((parent_min + reach_min - start_min) / width_min + 0.5) + 1
    cells = own * (bins + 1) + np.minimum(after.astype(np.int64), bins)
    kinds = max(int(own[-1]), int(species.max(initial=0))) + 1
    earlier = np.cumsum(np.bincount(cells, minlength=kinds * (bins + 1)))
    first = species * (bins + 1)
    bin_of = np.clip((arrays.time_min - start_min) / width_min, 0, bins - 1).astype(np.int64)
    return earlier[first + bin_of], earlier[first + bins]
