"""Explain each peak: its label is right, or it is a fragment, another ion or something else.

A peak is the species of its label (its retention time is the predicted one), a fragment of a peak
that co-elutes with it, a fragment of a species that is predicted there but was not picked, another
ion of a species of another name (``ions``), or something else (at any time of the run, or near the
species of its label: ``near_misses``). Peak areas count too: species are larger than noise, and
fragments are smaller than their parents. A label gains where a fragment of it elutes with the peak.
Of the peaks of one name and isomer in a sample at most one is the species.
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.fragments import (
    LEAST_CREDIBILITY,
    best_parent,
    credibility,
    doubt_with_children,
    fragment_density,
    pair_densities,
)
from app.analysis.evidence.explaining.ions import IonMixture
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.explaining.siblings import by_siblings
from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

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
    peaks = _Peaks.of(arrays, candidates, predicted, mixture, ions, fragment_share)
    for _ in range(passes):
        found = peaks.weighed(p_other, unpicked_parents)
        p_other = found.part * found.stray
        unpicked_parents = unpicked_parents.without(arrays, peaks.candidate, found.p_true)
    return peaks.posterior(found, unpicked_parents)


class _Weighed(NamedTuple):
    """Peaks (n,) weighed once against each other.

    ``p_true`` is the probability of the label, ``part`` that of any other explanation over its
    density. The others are densities: ``fragment`` of a picked parent, ``orphan`` of one that was
    not picked, ``ion`` of a picked species, and ``stray`` of all that is no fragment. ``credible``
    is how far each peak can be a parent, and ``lacks_parent`` how far it has none.
    """

    p_true: Array
    part: Array
    fragment: Array
    orphan: Array
    ion: Array
    stray: Array
    credible: Array
    lacks_parent: Array


class _Peaks(msgspec.Struct, frozen=True, eq=False):
    """What is known of each peak (n,) before peaks are weighed against each other.

    ``candidate`` is its nearest candidate, which elutes at ``mean_min`` with ``sd_min``, and
    ``fitting`` how many candidates it fits. The other arrays are densities: ``log_untimed`` of its
    label but for its time, ``log_true`` with it, ``unseen`` of a fragment whose parent's group is
    not in the table, ``other`` of a peak that is nothing, ``unpicked`` of another ion of a species
    that was not picked, and ``of_pairs`` of each pair of fragment and parent. At most one peak of
    the same number in ``rivals`` has a right label.
    """

    arrays: PeakArrays
    mixture: Mixture
    ions: IonMixture
    fragment_share: Array
    candidate: Indices
    fitting: NDArray[np.uint8]
    mean_min: Array
    sd_min: Array
    log_untimed: Array
    log_true: Array
    unseen: Array
    other: Array
    unpicked: Array
    rivals: Indices
    of_pairs: Array

    @classmethod
    def of(
        cls,
        arrays: PeakArrays,
        candidates: Indices,
        predicted: tuple[Array, Array],
        mixture: Mixture,
        ions: IonMixture,
        fragment_share: Array,
    ) -> "_Peaks":
        """The densities of peaks; the arguments are those of ``explain_peaks``."""
        mean, sd = predicted
        candidate, fitting = nearest(arrays.time_min, candidates[arrays.species], mean, sd)
        log_untimed, off_min = mixture.log_true(arrays), arrays.time_min - mean[candidate]
        return cls(
            arrays=arrays,
            mixture=mixture,
            ions=ions,
            fragment_share=fragment_share,
            candidate=candidate,
            fitting=fitting,
            mean_min=mean[candidate],
            sd_min=sd[candidate],
            log_untimed=log_untimed,
            log_true=log_untimed
            + mixture.log_time(arrays.time_min, mean[candidate], sd[candidate]),
            unseen=mixture.unseen(arrays, candidate, mean, sd),
            other=np.exp(mixture.log_other(arrays) + mixture.log_nearness(arrays, off_min)),
            unpicked=ions.of_unpicked(mixture.unpicked_area(arrays) * ~arrays.has_other_mass),
            rivals=arrays.rivals(candidate, len(mean)),
            of_pairs=pair_densities(arrays),
        )

    def weighed(self, p_other: Array, unpicked_parents: UnpickedParents) -> _Weighed:
        """The peaks as parents and fragments, where each is nothing with ``p_other`` (n,)."""
        arrays = self.arrays
        credible = credibility(arrays, p_other)
        lacks_parent = 1 - best_parent(arrays, credible)
        fragment = fragment_density(arrays, self.of_pairs * credible, self.fragment_share)
        ion = self.ions.of_picked(arrays, np.clip(1 - p_other, LEAST_CREDIBILITY, 1.0))
        by_time = unpicked_parents.by_time(len(arrays.row))
        orphan = self.mixture.orphans(arrays, by_time) * lacks_parent
        stray = self.other + ion + self.unpicked
        p_true, part, _ = self._labels(fragment + orphan, stray, lacks_parent)
        return _Weighed(p_true, part, fragment, orphan, ion, stray, credible, lacks_parent)

    def posterior(self, found: _Weighed, unpicked_parents: UnpickedParents) -> Posterior:
        """The probabilities, once fragments of one peak, or of one parent, speak for each other."""
        siblings = by_siblings(
            self.arrays, self.mixture, unpicked_parents, found.part * found.lacks_parent
        )
        orphan = found.orphan + found.lacks_parent * siblings
        doubt = self._doubt(found)
        right, stray = found.fragment + orphan, found.stray * doubt
        p_true, part, log_rest = self._labels(right, stray, found.lacks_parent)
        return Posterior(
            candidate=self.candidate,
            predicted_min=self.mean_min,
            sd_min=self.sd_min,
            fitting=self.fitting,
            p_true=p_true,
            p_fragment=part * found.fragment,
            p_virtual=part * orphan,
            p_ion=part * doubt * found.ion,
            p_unpicked_ion=part * doubt * self.unpicked,
            p_other=part * doubt * self.other,
            log_odds_untimed=self.log_untimed - log_rest,
            seen=(right + stray) / np.exp(log_rest),
            line_contrast=np.zeros(len(p_true)),
            rival_min=np.full(len(p_true), np.nan),
        )

    def _doubt(self, found: _Weighed) -> Array:
        """The factor (n,) by which its fragments lower the odds that a peak is nothing known."""
        arrays = self.arrays
        as_child = found.part * self.fragment_share[arrays.prefix] * arrays.mass_fit
        of_children = self.of_pairs * as_child[arrays.pairs.child]
        return doubt_with_children(arrays, found.credible, of_children)

    def _labels(
        self, right: Array, stray: Array, lacks_parent: Array
    ) -> tuple[Array, Array, Array]:
        """``p_true``, the probability of any other explanation over its density, and all others."""
        rest = right + stray
        log_rest = np.log(rest + self.unseen * lacks_parent)
        log_odds = self.mixture.weighed(self.arrays, self.log_true - log_rest)
        p_true = probability_of_label(log_odds, self.rivals)
        return p_true, (1 - p_true) / rest, log_rest


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
