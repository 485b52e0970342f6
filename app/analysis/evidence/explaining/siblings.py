"""How likely peaks are fragments of one parent that was not picked.

A parent that was not picked loses its sugars in several ways. Its fragments elute together, where
it is expected, and each speaks for the others: if one comes from that parent, the parent is there,
and has fragments as often as the parents that were picked. Of two peaks of which one can be a
fragment of the other the pair says so already.
"""

import math
from collections.abc import Iterator

import numpy as np

from app.analysis.computing.stable_order import stable_order
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.densities import log_t
from app.analysis.evidence.explaining.fragments import COELUTION_DEGREES
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents
from app.analysis.evidence.peaks.near_in_cell import near_in_cell
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# A peak that is less likely a fragment of a parent than this says nothing of others.
LEAST_SIBLING = 0.01
# Two fragments differ in time by the root of two of what one differs from the parent.
ROOT_2 = math.sqrt(2)
# Farther apart, in these standard deviations, they lie beyond the gate of fragments and parents.
MOST_SDS = 4.5 / ROOT_2
# At least this share of the species that can be parents is taken to be there.
LEAST_PICKED = 0.1


def by_siblings(
    arrays: PeakArrays, mixture: Mixture, parents: UnpickedParents, part: Array
) -> Array:
    """The density (n,) of peaks as fragments of parents that other fragments show.

    ``part`` (n,) is what turns the density of a peak as a fragment of an unpicked parent into a
    probability.
    """
    if not parents.kinds:
        return np.zeros(len(arrays.row))
    p_of_parent = parents.open_density * mixture.orphans(arrays, part)[parents.peak]
    return mixture.fragments(arrays, _density_of_times(arrays, parents, p_of_parent))


def _density_of_times(arrays: PeakArrays, parents: UnpickedParents, p_of_parent: Array) -> Array:
    """The density (n,) of the time of each peak beside fragments of the same parents.

    ``p_of_parent`` (m,) is the probability of each pair of ``parents``, found without siblings.
    """
    total = np.zeros(len(arrays.row))
    sd_min = ROOT_2 * arrays.coelution_sd_min
    for first, second in _siblings(arrays, parents, p_of_parent >= LEAST_SIBLING, sd_min):
        peak, sibling = parents.peak[first], parents.peak[second]
        off = (arrays.rt_min[peak] - arrays.rt_min[sibling]) / sd_min
        density = np.exp(log_t(off, COELUTION_DEGREES)) / sd_min
        density *= parents.share[first] / max(1 - parents.usual_open, LEAST_PICKED)
        density *= p_of_parent[second]
        np.add.at(total, peak, density)
    return total


def _siblings(
    arrays: PeakArrays, parents: UnpickedParents, is_known: Mask, sd_min: float
) -> Iterator[tuple[Indices, Indices]]:
    """Ordered pairs, of those of ``parents`` that are known, whose peaks are siblings, in parts."""
    known = np.flatnonzero(is_known)
    known = known[stable_order(parents.parent[known], arrays.samples * parents.kinds)]
    rt_min = arrays.rt_min[parents.peak[known]]
    for one, other in near_in_cell(parents.parent[known], rt_min, MOST_SDS * sd_min):
        near = np.flatnonzero(np.abs(rt_min[one] - rt_min[other]) / sd_min <= MOST_SDS)
        first, second = known[one[near]], known[other[near]]
        kept = _can_be_siblings(arrays, parents.peak[first], parents.peak[second])
        yield first[kept], second[kept]


def _related(arrays: PeakArrays, peaks: Indices) -> Indices:
    """A number for each two peaks of which one is a fragment of the other and one of ``peaks``."""
    is_asked = np.zeros(len(arrays.row), dtype=np.bool_)
    is_asked[peaks] = True
    pairs = np.flatnonzero(is_asked[arrays.pairs.child])
    return _of_two(arrays, arrays.pairs.child[pairs], arrays.pairs.parent[pairs])


def _can_be_siblings(arrays: PeakArrays, peak: Indices, sibling: Indices) -> Mask:
    """Which pairs of peaks have two names, neither of which is a fragment of the other."""
    found: Mask = arrays.species[peak] != arrays.species[sibling]
    peak, sibling = peak[found], sibling[found]
    related = _related(arrays, np.concatenate([peak, sibling]))
    found[found] = ~np.isin(_of_two(arrays, peak, sibling), related)
    return found


def _of_two(arrays: PeakArrays, one: Indices, other: Indices) -> Indices:
    """A number for each two peaks, in whichever order they are given."""
    number: Indices = np.minimum(one, other) * len(arrays.row) + np.maximum(one, other)
    return number
