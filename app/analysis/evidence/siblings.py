"""How likely peaks are fragments of one parent that was not picked.

A parent that was not picked loses its sugars in several ways. Its fragments elute together, where
it is expected, and each speaks for the others: if one comes from that parent, the parent is there,
and has fragments as often as the parents that were picked. Of two peaks of which one can be a
fragment of the other the pair says so already.
"""

import math

import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.densities import log_t
from app.analysis.evidence.fragments import COELUTION_DEGREES
from app.analysis.evidence.mixture import Mixture
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.evidence.unpicked_parents import UnpickedParents

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
    known = np.flatnonzero(p_of_parent >= LEAST_SIBLING)
    first, second = _of_one_parent(parents.parent[known])
    first, second = known[first], known[second]
    peak, sibling = parents.peak[first], parents.peak[second]
    sd_min = ROOT_2 * arrays.coelution_sd_min
    off = (arrays.rt_min[peak] - arrays.rt_min[sibling]) / sd_min
    density = np.exp(log_t(off, COELUTION_DEGREES)) / sd_min
    density *= parents.share[first] / max(1 - parents.usual_open, LEAST_PICKED)
    density *= p_of_parent[second]
    kept = _can_be_siblings(arrays, peak, sibling) & (np.abs(off) <= MOST_SDS)
    return np.bincount(peak[kept], density[kept], len(arrays.row)).astype(np.float64)


def _of_one_parent(parent: Indices) -> tuple[Indices, Indices]:
    """All ordered pairs of different positions with the same parent."""
    order = np.argsort(parent, kind="stable")
    _, start, count = np.unique(parent[order], return_index=True, return_counts=True)
    size = np.repeat(count, count)
    first, second = members(np.repeat(start, count), size)
    differs = first != second
    return order[first[differs]], order[second[differs]]


def _can_be_siblings(arrays: PeakArrays, peak: Indices, sibling: Indices) -> Mask:
    """Which pairs of peaks have two names, neither of which is a fragment of the other."""
    pairs, peaks = arrays.pairs, len(arrays.row)
    related = np.isin(
        np.stack([peak * peaks + sibling, sibling * peaks + peak]),
        pairs.child * peaks + pairs.parent,
    )
    differs = arrays.species[peak] != arrays.species[sibling]
    found: Mask = differs & ~related.any(axis=0)
    return found
