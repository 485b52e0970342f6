"""Where the intercepts of a prefix are expected, before its peaks are looked at."""

import math
from functools import cached_property, reduce

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_normal

# Times are in minutes of porcine brain (app/analysis/model/law/time_scale.py).
# Isomers lie this far apart: nearer ones cannot be resolved, farther ones were never seen.
LEAST_GAP_MIN, MOST_GAP_MIN = 0.08, 1.2
# The intercept of a modified form lies about that of its core within this standard deviation, and
# this share of modified forms has one there.
MODIFIED_SD_MIN, MODIFIED_SHARE = 0.08, 0.7
# A species hardly ever co-elutes with one that it is a fragment of, because sugars lower retention.
COINCIDENCE = 0.1
# A modified form has the gap of its core, within this standard deviation.
GAP_SD_MIN = 0.06
# The odds before the search that a core has a further isomer, that a modified form has that of its
# core, and that a modified form has one that its core lacks.
ODDS_OF_CORE, ODDS_OF_MODIFIED, ODDS_OF_ITS_OWN = 0.3, 0.7, 0.01
ROOT_2_PI = math.sqrt(2 * math.pi)
LOG_MODIFIED_SHARE, LOG_OTHER_SHARE = np.log(MODIFIED_SHARE), np.log(0.3)
LOG_COINCIDENCE = np.log(COINCIDENCE)


class InterceptPriors(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Log prior densities of the intercepts of one prefix, relative to what its glycan predicts.

    ``core_intercepts`` are those found for the core of a modified form, in minutes; ``is_core``
    tells whether the prefix is a core itself. ``sd_min`` is the standard deviation of first
    intercepts about the prediction, ``width_min`` that of peaks about their intercept, and
    ``time_scale`` that of the table.
    """

    is_core: bool
    core_intercepts: list[float]
    sd_min: float
    width_min: float
    time_scale: float

    @cached_property
    def log_choice(self) -> float:
        """What the choice of one place among all adds to the log odds of an intercept there."""
        return float(np.log(self.width_min * ROOT_2_PI))

    def first(self, grid: Array, parents_at: list[float]) -> Array:
        """The log density of the first intercept at each place of a grid.

        ``parents_at`` are the intercepts of possible parents on the same scale.
        """
        prior = log_normal(grid, 0.0, self.sd_min)
        known = self.core_intercepts
        if known:
            sd_min = MODIFIED_SD_MIN * self.time_scale
            log_known = np.log(len(known))
            near = [log_normal(grid, at, sd_min) - log_known for at in known]
            of_core = [n + LOG_MODIFIED_SHARE for n in near]
            prior = reduce(np.logaddexp, of_core, prior + LOG_OTHER_SHARE)
        if parents_at:
            distance = np.abs(grid[:, None] - np.array(parents_at)).min(axis=1)
            prior[distance < 1.5 * self.width_min] += LOG_COINCIDENCE
        return prior

    def further(self, grid: Array, found: list[float]) -> Array:
        """The log odds of a further intercept at each place of a grid, less the choice of it."""
        odds = ODDS_OF_CORE if self.is_core else ODDS_OF_ITS_OWN
        window_min = (MOST_GAP_MIN - LEAST_GAP_MIN) * self.time_scale
        even = np.full(len(grid), np.log(odds / (2 * window_min)))
        known = self.core_intercepts
        if len(known) > len(found):
            usual = np.diff(known)[0] if len(found) == 1 else np.diff(known)[-1]
            gap = np.abs(grid[:, None] - np.array(found)).min(axis=1)
            of_core = log_normal(gap, float(usual), GAP_SD_MIN * self.time_scale)
            even = np.logaddexp(even, np.log(ODDS_OF_MODIFIED / 2) + of_core)
        prior: Array = even + self.log_choice
        return prior


def is_too_near(
    at: float, found: list[float], peaks: float, width_min: float, time_scale: float
) -> bool:
    """Whether an intercept is one of those found, given the error of that of so few peaks.

    With the rough model of the first search isomers may seem nearer than they are.
    """
    error = 2 * width_min * math.sqrt(2 / peaks)
    nearest = min(abs(at - other) for other in found)
    return nearest + error < max(LEAST_GAP_MIN * time_scale, width_min)
