"""How likely each peak is anything but the species of its label, before a model is fitted."""

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.explaining.fragments import credibility, fragment_density, pair_densities
from app.analysis.evidence.explaining.ions import IonMixture
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.parents.possible_parents import USUAL_COUNT, USUAL_SHARE


def other_densities(arrays: PeakArrays, mixture: Mixture) -> Array:
    """The density (n,) of each peak as a fragment or another ion of a picked peak, or by chance.

    Each parent is as likely as not what its label says.
    """
    prefixes, half = arrays.names.height, np.full(len(arrays.row), 0.5)
    children = np.bincount(arrays.prefix, arrays.count * arrays.has_plain_parent, prefixes)
    peaks = np.bincount(arrays.prefix, arrays.count, prefixes)
    share = (children + USUAL_SHARE * USUAL_COUNT) / (peaks + USUAL_COUNT)
    of_pairs = pair_densities(arrays) * credibility(arrays, half)
    pairs = fragment_density(arrays, of_pairs, share)
    pairs += IonMixture.usual(arrays).of_picked(arrays, half)
    density: Array = np.exp(mixture.log_other(arrays)) + pairs
    return density
