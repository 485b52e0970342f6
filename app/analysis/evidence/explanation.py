"""Explain each peak: its label is right, or it is a fragment, another ion or something else.

A peak is the species of its label (its retention time is the predicted one), a fragment of a peak
that co-elutes with it, a fragment of a species that is predicted there but was not picked, another
ion of a species of another name (app/analysis/evidence/ions.py), or something else (equally likely
at any time of the run). Peak areas count too: species are larger than noise, and fragments are
smaller than their parents. Of the peaks of one name and isomer in a sample at most one is the
species.
"""

import math

import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.densities import log_normal, log_t
from app.analysis.evidence.ions import IonMixture
from app.analysis.evidence.mixture import RATIO_MEAN, RATIO_SD, Mixture
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.evidence.posterior import Posterior

# Now and then peaks that elute together are picked apart, so the differences of their times have
# the tails of a t distribution.
COELUTION_DEGREES = 4.0
# The least credibility of a parent: it may be an ion that no explanation here covers.
LEAST_CREDIBILITY = 0.02
# Several isomers are possible where a peak lies within the 95 % interval of each.
UNRESOLVED_SDS = 1.96
MOST_LOG_ODDS = 60.0


def explain_peaks(
    arrays: PeakArrays,
    candidates: Indices,
    predicted: tuple[Array, Array],
    mixture: Mixture,
    p_other: Array,
    fragment_share: Array,
    virtual: Array,
    ions: IonMixture,
    passes: int = 1,
) -> Posterior:
    """Compute the probability of each explanation of every peak.

    Args:
        arrays: the peaks (n,).
        candidates: the candidates of each species (species, most candidates), -1 where there are
            fewer.
        predicted: the retention time of each candidate and its standard deviation, in minutes.
        mixture: the shares and areas of the explanations.
        p_other: the probability (n,) so far that a peak is nothing of the sample, which weakens it
            as a parent; with more ``passes`` each takes it from the pass before.
        fragment_share: the share (prefixes,) of the peaks of a prefix that are fragments.
        virtual: the density (n,) by time of fragments whose parent was not picked.
        ions: the shares and areas of other ions.
        passes: how often to repeat the computation.
    """
    mean, sd = predicted
    candidate, fitting = _nearest(arrays, candidates, mean, sd)
    own_mean, own_sd = mean[candidate], sd[candidate]
    log_true = mixture.log_true(arrays) + log_normal(arrays.time_min, own_mean, own_sd)
    orphan = mixture.orphans(arrays, virtual)
    unseen = mixture.unseen(arrays, own_mean, own_sd)
    other = np.exp(mixture.log_other(arrays))
    unpicked = ions.of_unpicked(mixture.unpicked_area(arrays) * ~arrays.has_other_mass)
    rivals = arrays.rivals(candidate, len(mean))
    for _ in range(passes):
        lacks_parent = 1 - best_parent(arrays, p_other)
        fragment = fragment_density(arrays, p_other, fragment_share)
        ion = ions.of_picked(arrays, np.clip(1 - p_other, LEAST_CREDIBILITY, 1.0))
        unpicked_parent = orphan * lacks_parent
        rest = fragment + unpicked_parent + ion + unpicked + other
        log_odds = mixture.evidence_weight * (log_true - np.log(rest + unseen * lacks_parent))
        odds = np.exp(np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))
        p_true = odds / (1 + np.bincount(rivals, weights=odds)[rivals])
        part = (1 - p_true) / rest
        p_other = part * (other + ion + unpicked)
    return Posterior(
        candidate=candidate,
        predicted_min=own_mean,
        sd_min=own_sd,
        fitting=fitting,
        p_true=p_true,
        p_fragment=part * fragment,
        p_virtual=part * unpicked_parent,
        p_ion=part * ion,
        p_unpicked_ion=part * unpicked,
        p_other=part * other,
    )


def fragment_density(arrays: PeakArrays, p_other: Array, share: Array) -> Array:
    """The density (n,) of each peak as a fragment of the peaks that co-elute with it.

    A parent is weighted by the probability that it is an ion of the sample. ``p_other`` and
    ``share`` are those of ``explain_peaks``.
    """
    density = np.bincount(
        arrays.pairs.child, weights=pair_densities(arrays, p_other), minlength=len(arrays.row)
    )
    found: Array = (share[arrays.prefix] * arrays.mass_fit * density).astype(np.float64)
    return found


def pair_densities(arrays: PeakArrays, p_other: Array) -> Array:
    """The density (pairs,) of each child as a fragment of its parent, before its share."""
    pairs = arrays.pairs
    density: Array = np.exp(
        log_t(pairs.difference_min / arrays.coelution_sd_min, COELUTION_DEGREES)
        - math.log(arrays.coelution_sd_min)
        + log_normal(pairs.log_ratio, RATIO_MEAN, RATIO_SD)
    )
    return density * _credibility(arrays, p_other)


def best_parent(arrays: PeakArrays, p_other: Array) -> Array:
    """How credible and large enough the best co-eluting parent of each peak (n,) is, from 0 to 1.

    If it is neither, the peak may as well come from a species that was not picked.
    """
    pairs = arrays.pairs
    too_large = np.maximum(pairs.log_ratio - RATIO_MEAN, 0.0) / RATIO_SD
    best = np.zeros(len(arrays.row))
    counts = _credibility(arrays, p_other) * np.exp(-0.5 * too_large**2)
    np.maximum.at(best, pairs.child, counts)
    return best


def _credibility(arrays: PeakArrays, p_other: Array) -> Array:
    credible: Array = np.clip(1 - p_other[arrays.pairs.parent], LEAST_CREDIBILITY, 1.0)
    return credible


def _nearest(
    arrays: PeakArrays, candidates: Indices, mean: Array, sd: Array
) -> tuple[Indices, NDArray[np.uint8]]:
    """The candidate of each peak that misses it by the fewest SDs, and how many would fit."""
    nearest = candidates[arrays.species, 0]
    fitting = np.ones(len(nearest), dtype=np.uint8)
    if candidates.shape[1] == 1:
        return nearest, fitting
    several = np.flatnonzero(candidates[arrays.species, 1] >= 0)
    options = candidates[arrays.species[several]]
    miss = np.abs(arrays.time_min[several, None] - mean[options]) / sd[options]
    miss[options < 0] = np.inf
    nearest[several] = options[np.arange(len(options)), miss.argmin(axis=1)]
    fitting[several] = (miss <= UNRESOLVED_SDS).sum(axis=1)
    return nearest, fitting
