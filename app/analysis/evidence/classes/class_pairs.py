"""How likely the fragments of classes are with the names that the classes have.

An in-source fragment has fewer sugars than its parent, elutes with it and is smaller. Where classes
have the names of others, the larger ones of the peaks that elute together have fewer sugars.
"""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.species_table import whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS

SUGARS = (*LOSABLE_SUGARS, "oacetyl")
# Of the pairs of two classes that tell two namings apart, the right naming explains four in five,
# and this is known as well as by five pairs: the share has a beta distribution of these parameters.
# Sound tables of the simulator have 19 in 20 or more. But what misleads repeats: porcine brain
# without GM1 has five pairs, GM3 and GM2 of GM1, that speak for an exchange of these two and none
# against it.
FITTING, MISLEADING = 4, 1
# Pairs that count for less than this are left out.
LEAST_WEIGHT = 0.01


def count_pairs(arrays: PeakArrays, p_true: Array, more: Indices) -> tuple[Array, Array]:
    """How many pairs fit only with other names of the classes, and only with those given.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table. ``more``
    (hypotheses, cores, sugars) are the ``SUGARS`` that each core, in the order of the sorted cores
    of the table, would have more. Both results are (hypotheses, kinds): a kind is that of the
    pairs of one class and one other.
    """
    pairs, names = arrays.pairs, arrays.species_table
    weight = _weights(arrays, p_true)
    kept = np.flatnonzero((weight > LEAST_WEIGHT) & (np.abs(pairs.log_ratio) > 0))
    sugars = whole_numbers(names, *SUGARS)
    core = np.unique(names["core"].astype(str), return_inverse=True)[1]
    parent, child = arrays.species[pairs.parent[kept]], arrays.species[pairs.child[kept]]
    lost = sugars[parent] - sugars[child]
    is_right = pairs.log_ratio[kept] < 0
    would = _would_be_right(lost + more[:, core[parent]] - more[:, core[child]], is_right)
    kind = np.unique(core[parent] * len(more[0]) + core[child], return_inverse=True)[1]
    counted = np.zeros((len(kept), int(kind.max(initial=-1)) + 1))
    counted[np.arange(len(kept)), kind] = weight[kept]
    fits: Array = (would & ~is_right) @ counted
    misfits: Array = (~would & is_right) @ counted
    return fits, misfits


def log_odds(fits: Array, misfits: Array) -> Array:
    """How much likelier the pairs are with other names (hypotheses,), as a logarithm.

    ``fits`` and ``misfits`` (hypotheses, kinds) are the pairs for and against. Which share of a
    kind misleads is not known, and what misleads one kind does not mislead another.
    """
    # The ratio of B(4 + fits, 1 + misfits) and B(4 + misfits, 1 + fits), B the beta function.
    steps = np.arange(MISLEADING, FITTING)
    ratio = (fits[..., None] + steps) / (misfits[..., None] + steps)
    found: Array = np.log(ratio).sum(axis=(1, 2))
    return found


def _weights(arrays: PeakArrays, p_true: Array) -> Array:
    """How far the larger peak of each pair (pairs,) is a species that can be the parent.

    It is one as far as it elutes where the law expects its label: both peaks can be fragments of a
    species that was not picked. And it is smaller than no peak that it pairs with, or both can be
    fragments of that one. Of porcine brain GM3 and GM2 that come from one GM1 elute together, and
    GM3 is the larger.
    """
    pairs = arrays.pairs
    child_is_larger = pairs.log_ratio > 0
    larger = np.where(child_is_larger, pairs.child, pairs.parent)
    is_smaller_than_one = np.zeros(len(arrays.row), dtype=np.bool_)
    is_smaller_than_one[np.where(child_is_larger, pairs.parent, pairs.child)] = True
    weight: Array = (arrays.count * p_true * ~is_smaller_than_one)[larger]
    return weight


def _would_be_right(lost: Indices, is_right: Mask) -> Mask:
    """Whether of each pair (hypotheses, pairs) with other names the smaller could be a fragment.

    ``lost`` (hypotheses, pairs, sugars) is what the child would lack of the parent, and
    ``is_right`` (pairs,) whether the child is the smaller one.
    """
    of_larger = np.where(is_right[:, None], lost, -lost)
    would: Mask = (of_larger >= 0).all(axis=2) & (of_larger.sum(axis=2) > 0)
    return would
