"""How likely peaks are fragments of the peaks that co-elute with them, and what that says of both.

A peak is a fragment of another only if the other is an ion that its label explains: it is the less
likely a parent, the likelier it is something else. The other way around, a peak that elutes with a
lighter one of its ceramide is the likelier what its label says, unless the lighter one has a better
explanation. This is belief propagation between parents and children (Pearl 1988, Probabilistic
Reasoning in Intelligent Systems), one step of it.
"""

import math

import numpy as np

from app.analysis.computing.remembered import remembered
from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_t
from app.analysis.evidence.explaining.area_ratios import log_ratio_density
from app.analysis.evidence.explaining.mixture import RATIO_MEAN, RATIO_SD
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# Now and then peaks that elute together are picked apart, so the differences of their times have
# the tails of a t distribution.
COELUTION_DEGREES = 4.0
# The least credibility of a parent: it may be an ion that no explanation here covers.
LEAST_CREDIBILITY = 0.02
# A child is at most as surely explained by one parent that nothing else matters.
LEAST_OTHERWISE = 1e-6


@remembered  # peaks are explained several times
def pair_densities(arrays: PeakArrays) -> Array:
    """The density (pairs,) of each child as a fragment of its parent, before its share."""
    pairs = arrays.pairs
    density: Array = np.exp(
        log_t(pairs.difference_min / arrays.coelution_sd_min, COELUTION_DEGREES)
        - math.log(arrays.coelution_sd_min)
        + log_ratio_density(arrays, pairs, RATIO_MEAN, RATIO_SD)
    )
    return density


def credibility(arrays: PeakArrays, p_other: Array) -> Array:
    """The probability (pairs,) of each parent to be an ion that its label explains.

    ``p_other`` (n,) is the probability of each peak to be something else.
    """
    credible: Array = np.clip(1 - p_other[arrays.pairs.parent], LEAST_CREDIBILITY, 1.0)
    return credible


def fragment_density(arrays: PeakArrays, of_pairs: Array, share: Array) -> Array:
    """The density (n,) of each peak as a fragment of any parent, given that (pairs,) of each.

    ``share`` (prefixes,) is the share of the peaks of a prefix that are fragments.
    """
    density = np.bincount(arrays.pairs.child, weights=of_pairs, minlength=len(arrays.row))
    found: Array = (share[arrays.prefix] * arrays.mass_fit * density).astype(np.float64)
    return found


def best_parent(arrays: PeakArrays, credible: Array) -> Array:
    """How credible and large enough the best co-eluting parent of each peak (n,) is, from 0 to 1.

    If it is neither, the peak may as well come from a species that was not picked.
    """
    best = np.zeros(len(arrays.row))
    np.maximum.at(best, arrays.pairs.child, credible * _is_large_enough(arrays))
    return best


@remembered
def _is_large_enough(arrays: PeakArrays) -> Array:
    """How well the size of each parent (pairs,) goes with its fragment, from 0 to 1.

    A size that is not known goes with any.
    """
    too_large = np.fmax(arrays.pairs.log_ratio - RATIO_MEAN, 0.0) / RATIO_SD
    fit: Array = np.exp(-0.5 * too_large**2)
    return fit


def doubt_with_children(arrays: PeakArrays, credible: Array, p_if_right: Array) -> Array:
    """The factor (n,), at most 1, by which children lower the odds that a label explains nothing.

    ``p_if_right`` (pairs,) is how likely each child is a fragment of its parent if that is right,
    beside the sum of all its explanations so far. A child that another explanation fits as well
    says little.
    """
    otherwise = np.maximum(1 - credible * p_if_right, LEAST_OTHERWISE)
    support = np.log1p(p_if_right / otherwise)
    total = np.bincount(arrays.pairs.parent, weights=support, minlength=len(arrays.row))
    doubt: Array = np.exp(-total)
    return doubt
