"""Search the intercepts of one prefix: the likeliest first, then further ones."""

from functools import cached_property

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.intercepts.anchored_isomers import has_anchored_pairs, is_seen_at_all
from app.analysis.model.intercepts.intercept_priors import (
    MOST_GAP_MIN,
    InterceptPriors,
    is_too_near,
)
from app.analysis.model.intercepts.intercept_scores import (
    NEAR_SDS,
    InterceptScores,
    PeaksOfNames,
)
from app.analysis.names.isomers import LETTERS, OTHER_ISOMERS

# The least odds at which a further isomer is accepted.
LEAST_ODDS = 3.0
# The odds of further isomers of a core without letters, relative to those of one with letters.
OTHER_CORES = 0.1
# A further isomer whose log odds are less by this than those at which one is accepted is no rival.
LOG_ODDS_OF_RIVALS = 4.0
# The share of names of which both isomers are picked where one is.
BOTH_PICKED = 0.35
LOG_LEAST_ODDS, LOG_OTHER_CORES = np.log(LEAST_ODDS), np.log(OTHER_CORES)
LOG_ONE_PICKED = np.log(1 - BOTH_PICKED)


class PrefixSearch(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A search for the intercepts of one prefix.

    ``rows`` are its peaks, ``scores`` what an intercept at each place explains of them and
    ``priors`` where it is expected; ``parents_at`` are the intercepts of possible parents.
    ``adjusted_min`` has the times of all peaks less the effect of their ceramide, intercepts are
    at least ``least_gap_min`` apart, and ``is_second`` tells that an earlier search gave a better
    model to this one.
    """

    arrays: PeakArrays
    rows: Indices
    adjusted_min: Array
    scores: InterceptScores
    priors: InterceptPriors
    parents_at: list[float]
    core: str
    least_gap_min: float
    is_second: bool

    def find(self) -> tuple[list[float], float | None]:
        """The intercepts in the order in which they are found, none where peaks lie anywhere.

        And the further one that was refused, if it is likely enough to be a rival.
        """
        first = self.first()
        found = [] if first is None else [first]
        while 0 < len(found) < self.most:
            scores = self.scores.without(found)
            place, log_odds = self.best_further(found, scores)
            if log_odds < -LOG_ODDS_OF_RIVALS:
                break
            at = scores.refined(place)
            if not self.is_separate(found, at):
                break
            if log_odds < 0:
                return found, at
            found.append(at)
        return found, None

    @property
    def most(self) -> int:
        """The most intercepts that the prefix can have."""
        return len(LETTERS[self.core]) if self.core in LETTERS else OTHER_ISOMERS

    @cached_property
    def log_odds_of_first(self) -> Array:
        """How much likelier the peaks are with one intercept at each place than with none."""
        return self.scores.total + self._first_prior(self.scores.grid)

    def first(self) -> float | None:
        """The likeliest intercept; None where the peaks more likely lie anywhere."""
        place = int(np.argmax(self.log_odds_of_first))
        return self.scores.refined(place) if self.log_odds_of_first[place] > 0 else None

    def best_further(self, found: list[float], scores: InterceptScores) -> tuple[int, float]:
        """The place of the likeliest further intercept and its log odds, acceptable from 0 on.

        ``scores`` are those of what the intercepts found so far do not explain.
        """
        gaps = np.abs(scores.grid[:, None] - np.array(found)).min(axis=1)
        most_gap_min = MOST_GAP_MIN * self.arrays.time_scale
        possible = (gaps >= self.least_gap_min) & (gaps <= most_gap_min)
        if not possible.any():
            return 0, -np.inf
        total = scores.total + self._further_prior(scores.grid, found)
        total[~possible] = -np.inf
        place = int(np.argmax(total))
        return place, float(total[place])

    def is_separate(self, found: list[float], at: float) -> bool:
        """Whether a further intercept is far enough from those found, and seen beside them."""
        scale, width_min = self.arrays.time_scale, self.scores.width_min
        peaks = self.scores.count.sum()
        if self.is_second and is_too_near(at, found, peaks, width_min, scale):
            return False
        if self.core in LETTERS:
            return True
        reach = NEAR_SDS * width_min
        return is_seen_at_all(self.arrays, self.rows, self.adjusted_min, [*found, at], reach)

    def log_priors(self, sets: list[list[float]]) -> list[float]:
        """The log prior odds of sets of intercepts, each in the order in which they were found."""
        found = self._first_prior(np.array([intercepts[0] for intercepts in sets]))
        for place, intercepts in enumerate(sets):
            for number in range(1, len(intercepts)):
                at = np.array(intercepts[number : number + 1])
                found[place] += self._further_prior(at, intercepts[:number])[0]
        priors: list[float] = found.tolist()
        return priors

    def _first_prior(self, places: Array) -> Array:
        chosen: Array = self.priors.first(places, self.parents_at) + self.priors.log_choice
        return chosen

    def _further_prior(self, places: Array, found: list[float]) -> Array:
        prior: Array = self.priors.further(places, found) - LOG_LEAST_ODDS
        prior += self.scores.absent(self._names, found, places) * LOG_ONE_PICKED
        return prior if self._may_have_several else prior + LOG_OTHER_CORES

    @cached_property
    def _names(self) -> PeaksOfNames:
        return PeaksOfNames.of(self.arrays.sample_species[self.rows])

    @cached_property
    def _may_have_several(self) -> bool:
        return self.core in LETTERS or has_anchored_pairs(self.arrays, self.rows)
