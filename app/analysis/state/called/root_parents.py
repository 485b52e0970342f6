"""The parent that is named for a fragment or another ion, and the area that it adds to."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.explaining.fragments import credibility, pair_densities
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.state.analysis_state import AnalysisState, PeakColumns

# Each further sugar or O-acetyl group is lost about half as often.
FURTHER_LOSS = 0.5
# The most steps from a peak to its root: each parent has more sugars or a label of another mass.
MOST_STEPS = 12


def likeliest_parents(state: AnalysisState) -> Indices:
    """The likeliest parent of each peak, -1 without one or where one not picked is likelier."""
    arrays, pairs = state.arrays, state.arrays.pairs
    stray = state["p_other"] + state["p_ion"] + state["p_unpicked_ion"]
    acetyl = arrays.of_species("oacetyl")
    lost = pairs.lost + acetyl[pairs.parent] - acetyl[pairs.child]
    further = FURTHER_LOSS ** np.arange(int(lost.max(initial=0)) + 1)
    density = pair_densities(arrays) * credibility(arrays, stray) * further[lost]
    best = np.zeros(len(arrays.row))
    np.maximum.at(best, pairs.child, density)
    is_best = density >= best[pairs.child]
    # Of equally likely ones it is that of the first row. The rows of a sample are in their order.
    parent = np.full(len(arrays.row), len(arrays.row))
    np.minimum.at(parent, pairs.child[is_best], pairs.parent[is_best])
    parent[parent == len(parent)] = -1
    return np.where(state["p_virtual"] > state["p_fragment"], -1, parent)


def roots(is_part: Mask, has_parent: Mask, parent: Indices) -> Indices:
    """The last of the parents of parents of each peak that has one, else -1.

    A fragment or other ion is part of its parent.
    """
    root = np.where(has_parent, parent, -1)
    is_passed_on = is_part & (root >= 0)
    for _ in range(MOST_STEPS):
        further = np.flatnonzero((root >= 0) & is_passed_on[root])
        if not len(further):
            break
        root[further] = root[root[further]]
    return root


def named_parents(root: Indices, is_part: Mask, is_outlier: Mask) -> Indices:
    """The root of each peak, -1 where it is itself a part, or no species at all.

    Then all possible parents are parts of a species that was not picked.
    """
    parent = np.where((root >= 0) & is_part[root], -1, root)
    parent[(parent >= 0) & is_outlier[parent]] = -1
    return parent


def parent_columns(arrays: PeakArrays, parent: Indices) -> PeakColumns:
    """The row of the parent of each peak, and how many minutes after it the peak elutes."""
    apart = arrays.rt_min - arrays.rt_min[parent]
    return {
        "parent_row": np.where(parent >= 0, arrays.row[parent], np.nan),
        "difference_min": np.where(parent >= 0, apart, np.nan),
    }


def consolidated(arrays: PeakArrays, is_part: Mask, parent: Indices) -> Array:
    """The area of each peak and of all that comes from it; NaN for fragments and other ions.

    A part without an area adds nothing; a peak without one has none with its parts either.
    """
    parts = np.flatnonzero(is_part & (parent >= 0))
    added = np.bincount(parent[parts], np.nan_to_num(arrays.area[parts]), minlength=len(parent))
    return np.where(is_part, np.nan, arrays.area + added)
