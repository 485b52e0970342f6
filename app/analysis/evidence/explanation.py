"""Explain each peak: its label is right, or it is a fragment, another ion or something else.

A peak is the species of its label (its retention time is the predicted one), a fragment of a peak
that co-elutes with it, a fragment of a species that is predicted there but was not picked, another
ion of a species of another name (app/analysis/evidence/ions.py), or something else (equally likely
at any time of the run). Peak areas count too: species are larger than noise, and fragments are
smaller than their parents. A label gains where a fragment of it elutes with the peak. Of the peaks
of one name and isomer in a sample at most one is the species.
"""

import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.densities import log_normal
from app.analysis.evidence.fragments import (
    LEAST_CREDIBILITY,
    best_parent,
    credibility,
    doubt_with_children,
    fragment_density,
    pair_densities,
)
from app.analysis.evidence.ions import IonMixture
from app.analysis.evidence.mixture import Mixture
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.evidence.posterior import Posterior
from app.analysis.evidence.siblings import by_siblings
from app.analysis.evidence.unpicked_parents import UnpickedParents

# Several isomers are possible where a peak lies within the 95 % interval of each.
UNRESOLVED_SDS = 1.96
# The probability of a label never is so near 1 that a number cannot tell it from 1.
MOST_LOG_ODDS = 34.0


def explain_peaks(
    arrays: PeakArrays,
    candidates: Indices,
    predicted: tuple[Array, Array],
    mixture: Mixture,
    p_other: Array,
    fragment_share: Array,
    unpicked_parents: UnpickedParents,
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
        unpicked_parents: what the peaks can be fragments of without a row of it; with more
            ``passes`` a species that a peak was found to be in the pass before is none of them.
        ions: the shares and areas of other ions.
        passes: how often to repeat the computation.
    """
    mean, sd = predicted
    candidate, fitting = nearest(arrays.time_min, candidates[arrays.species], mean, sd)
    own_mean, own_sd = mean[candidate], sd[candidate]
    log_untimed = mixture.log_true(arrays)
    log_true = log_untimed + log_normal(arrays.time_min, own_mean, own_sd)
    unseen = mixture.unseen(arrays, candidate, mean, sd)
    other = np.exp(mixture.log_other(arrays))
    unpicked = ions.of_unpicked(mixture.unpicked_area(arrays) * ~arrays.has_other_mass)
    rivals = arrays.rivals(candidate, len(mean))
    of_pairs = pair_densities(arrays)

    def judge(right: Array, stray: Array, lacks_parent: Array) -> tuple[Array, Array, Array]:
        """``p_true``, the probability of any other explanation over its density, and all others."""
        rest = right + stray
        log_rest = np.log(rest + unseen * lacks_parent)
        p_true = probability_of_label(mixture.weighed(arrays, log_true - log_rest), rivals)
        return p_true, (1 - p_true) / rest, log_rest

    for _ in range(passes):
        credible = credibility(arrays, p_other)
        lacks_parent = 1 - best_parent(arrays, credible)
        fragment = fragment_density(arrays, of_pairs * credible, fragment_share)
        ion = ions.of_picked(arrays, np.clip(1 - p_other, LEAST_CREDIBILITY, 1.0))
        orphan = mixture.orphans(arrays, unpicked_parents.by_time(len(arrays.row)))
        unpicked_parent = orphan * lacks_parent
        stray = other + ion + unpicked
        p_true, part, _ = judge(fragment + unpicked_parent, stray, lacks_parent)
        p_other = part * stray
        unpicked_parents = unpicked_parents.without(arrays, candidate, p_true)
    siblings = by_siblings(arrays, mixture, unpicked_parents, part * lacks_parent)
    unpicked_parent += lacks_parent * siblings
    as_child = (part * fragment_share[arrays.prefix] * arrays.mass_fit)[arrays.pairs.child]
    doubt = doubt_with_children(arrays, credible, of_pairs * as_child)
    p_true, part, log_rest = judge(fragment + unpicked_parent, stray * doubt, lacks_parent)
    return Posterior(
        candidate=candidate,
        predicted_min=own_mean,
        sd_min=own_sd,
        fitting=fitting,
        p_true=p_true,
        p_fragment=part * fragment,
        p_virtual=part * unpicked_parent,
        p_ion=part * doubt * ion,
        p_unpicked_ion=part * doubt * unpicked,
        p_other=part * doubt * other,
        log_odds_untimed=log_untimed - log_rest,
        seen=(fragment + unpicked_parent + stray * doubt) / np.exp(log_rest),
        line_contrast=np.zeros(len(p_true)),
        rival_min=np.full(len(p_true), np.nan),
    )


def probability_of_label(log_odds: Array, rivals: Indices) -> Array:
    """The probability of each label by its log odds, if at most one of the same number is right."""
    odds = np.exp(np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))
    p_true: Array = odds / (1 + np.bincount(rivals, weights=odds)[rivals])
    return p_true


def nearest(
    times: Array, options: Indices, mean: Array, sd: Array
) -> tuple[Indices, NDArray[np.uint8]]:
    """The candidate of each peak that misses it by the fewest SDs, and how many would fit.

    ``options`` (n, most candidates) are those of each peak, -1 where there are fewer.
    """
    found = options[:, 0].copy()
    fitting = np.ones(len(found), dtype=np.uint8)
    if options.shape[1] == 1:
        return found, fitting
    several = np.flatnonzero(options[:, 1] >= 0)
    options = options[several]
    miss = np.abs(times[several, None] - mean[options]) / sd[options]
    miss[options < 0] = np.inf
    found[several] = options[np.arange(len(options)), miss.argmin(axis=1)]
    fitting[several] = (miss <= UNRESOLVED_SDS).sum(axis=1)
    return found, fitting
