"""The likeliest parent of fragments whose parents were not picked."""

import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.unpicked_parents import taken_parents
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.parents.possible_parents import PossibleParents


def likeliest_parents(
    parents: PossibleParents,
    arrays: PeakArrays,
    at: Indices,
    sd_min: float,
    taken_by: tuple[Indices, Array],
) -> tuple[Indices, Array]:
    """The likeliest pair of the peaks at some positions, and its part of all of the peak.

    Peaks elute within the standard deviation ``sd_min`` of a parent. ``taken_by`` are the group of
    each peak (n,) and the probability that it is a species of it: a parent that a peak is already
    was picked. The part is 0 for a peak without a parent.
    """
    group, p_true = taken_by
    own = arrays.of_species("ceramide_code") * parents.groups_of_ceramide + group
    taken = taken_parents(arrays, own, p_true, parents.kinds)
    first = np.searchsorted(parents.species, np.arange(arrays.names.height + 1))
    species = arrays.species[at]
    place, pair = members(first[species], np.diff(first)[species])
    z = (arrays.time_min[at[place]] - parents.time_min[pair]) / sd_min
    cell = arrays.sample[at[place]] * parents.kinds + parents.parent[pair]
    density = parents.share[pair] * np.exp(-0.5 * z**2) * (1 - taken[cell])
    total = np.bincount(place, density, len(at))
    order = np.argsort(density, kind="stable")
    best, most = np.zeros(len(at), dtype=np.int64), np.zeros(len(at))
    # Of several assignments to one position the last one counts.
    best[place[order]], most[place[order]] = pair[order], density[order]
    return best, np.divide(most, total, out=np.zeros(len(at)), where=total > 0)
