"""Judge labels by all positions that the line of a prefix may have, not by the best one alone.

All species of a prefix and isomer lie on one line. Where two positions of a line explain its peaks
almost equally well, the probability of a label is the mean over the positions, each weighted by its
own probability (Bayesian model averaging; Hoeting et al. 1999, Stat Sci 14:382). How likely a
position is follows from its left-out predictions of all peaks (pseudo-BMA+; Yao et al. 2018,
Bayesian Anal 13:917).
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.explanation import nearest, probability_of_label
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# The variance of a normal distribution that is as wide as a logistic one at its centre: MacKay
# 1992, Neural Comput 4:720.
LOGISTIC_VARIANCE = 8 / math.pi
# How much of the variance by single peaks counts. Measured on simulated tables (docs/adr): of 0,
# 1/4, 1/2 and 1 this gives the truth the highest probability in whole tables and parts of tables.
COUNTED_VARIANCE = 0.5
# Smaller probabilities count as this.
LEAST_PROBABILITY = 1e-300


class RivalLines(msgspec.Struct, frozen=True, eq=False):
    """Another position of the lines of some prefixes.

    ``log_odds`` (prefixes,) are those of the best position against this one before the peaks are
    looked at, infinite for a prefix without one. ``candidates`` (species, most candidates) are
    those of each species if it holds: those by the best positions, followed by new ones, whose
    retention times and standard deviations (new,) are ``mean_min`` and ``sd_min``.
    """

    log_odds: Array
    candidates: Indices
    mean_min: Array
    sd_min: Array


class LineMixture(msgspec.Struct, frozen=True, eq=False):
    """The positions of all lines, and how likely each is.

    ``lines`` are the rivals of the best positions, and ``weights`` (prefixes,) the probability of
    each. The best positions predict ``predicted`` (candidates,), and ``mixture`` weighs
    the evidence.
    """

    lines: Sequence[RivalLines]
    weights: Sequence[Array]
    predicted: tuple[Array, Array]
    mixture: Mixture

    @classmethod
    def of(
        cls,
        arrays: PeakArrays,
        posterior: Posterior,
        predicted: tuple[Array, Array],
        mixture: Mixture,
        lines: Sequence[RivalLines],
    ) -> "LineMixture":
        """Weigh the rivals by the peaks that the best positions were found with."""
        unweighed = cls(lines, [], predicted, mixture)
        odds = [unweighed._odds(arrays, posterior, line) for line in lines]
        total = 1 + np.sum(odds, axis=0)
        return replace(unweighed, weights=[one / total for one in odds])

    def applied(self, arrays: PeakArrays, posterior: Posterior) -> Posterior:
        """The probabilities of peaks as the mean over the positions, given those of the best."""
        if not self.lines:
            return posterior
        best, p_true = posterior.p_true, posterior.p_true.copy()
        contrast, rival_min = posterior.line_contrast.copy(), posterior.rival_min.copy()
        for line, weights in zip(self.lines, self.weights, strict=True):
            weight = weights[arrays.prefix]
            rows = np.flatnonzero(weight)
            log_odds, cells, predicted_min, _ = self._under(line, arrays, posterior, rows)
            change = probability_of_label(log_odds, cells) - best[rows]
            p_true[rows] += weight[rows] * change
            is_most = np.abs(change) > contrast[rows]
            contrast[rows[is_most]] = np.abs(change[is_most])
            rival_min[rows[is_most]] = predicted_min[is_most]
        return posterior.with_p_true(p_true, contrast, rival_min)

    def _under(
        self, line: RivalLines, arrays: PeakArrays, posterior: Posterior, rows: Indices
    ) -> tuple[Array, Indices, Array, Array]:
        """The log odds of some labels, the cells in which they compete, and their times, in min.

        And what the position adds to the log density of all but the label.
        """
        mean = np.concatenate([self.predicted[0], line.mean_min])
        sd = np.concatenate([self.predicted[1], line.sd_min])
        times = arrays.time_min[rows]
        candidate, _ = nearest(times, line.candidates[arrays.species[rows]], mean, sd)
        added = self._added_to_rest(arrays, posterior, rows, times - mean[candidate])
        log_odds = posterior.log_odds_untimed[rows] - added
        log_odds = log_odds + self.mixture.log_time(times, mean[candidate], sd[candidate])
        cells = arrays.rivals(candidate, len(mean), rows)
        return self.mixture.weighed(arrays, log_odds, rows), cells, mean[candidate], added

    def _added_to_rest(
        self, arrays: PeakArrays, posterior: Posterior, rows: Indices, off_min: Array
    ) -> Array:
        """What another distance from its species adds to the log density of all but a label."""
        own_min = arrays.time_min[rows] - posterior.predicted_min[rows]
        nearness = [self.mixture.log_nearness(arrays, off) for off in (off_min, own_min)]
        other = posterior.p_other[rows] / np.maximum(1 - posterior.p_true[rows], LEAST_PROBABILITY)
        added: Array = np.log1p(np.minimum(other, 1.0) * np.expm1(nearness[0] - nearness[1]))
        return added

    def _odds(self, arrays: PeakArrays, posterior: Posterior, line: RivalLines) -> Array:
        """The odds (prefixes,) of a rival against the best position."""
        odds = np.zeros(len(line.log_odds))
        rows = np.flatnonzero(np.isfinite(line.log_odds)[arrays.prefix])
        mean, sd = posterior.predicted_min[rows], posterior.sd_min[rows]
        of_times = self.mixture.log_time(arrays.time_min[rows], mean, sd)
        log_odds = posterior.log_odds_untimed[rows] + of_times
        rival, _, _, added = self._under(line, arrays, posterior, rows)
        best = self.mixture.weighed(arrays, log_odds, rows)
        each = np.logaddexp(0, best) - np.logaddexp(0, rival) - added
        prefix, count = arrays.prefix[rows], arrays.count[rows]
        for number in np.flatnonzero(np.isfinite(line.log_odds)):
            own = prefix == number
            p = probability_of_rival(each[own], count[own], float(line.log_odds[number]))
            odds[number] = p / (1 - p)
        return odds


def probability_of_rival(each: Array, count: Array, log_prior_odds: float) -> float:
    """The probability of a rival beside the best, at most a half: Phi(-d / sqrt(8/pi + v/2)).

    ``each`` (n,) is how much the log likelihood of each peak is greater with the best, and
    ``count`` (n,) for how many observations it counts. Their sum and the prior log odds make d. The
    sum of their squares v is the variance of d if each peak had been picked a Poisson number of
    times (Hanley and MacGibbon 2006, Comput Methods Programs Biomed 83:57), as in the test of Vuong
    (1989, Econometrica 57:307). The mean of the logistic of a normal d is nearly this Phi.
    """
    difference = max(float(count @ each) + log_prior_odds, 0.0)
    variance = COUNTED_VARIANCE * float(count @ each**2)
    z = difference / math.sqrt(LOGISTIC_VARIANCE + variance)
    return 0.5 * math.erfc(z / math.sqrt(2))
