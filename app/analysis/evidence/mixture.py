"""The mixture model of peaks: how frequent each explanation is, and the areas it goes with."""

import math
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_normal
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.evidence.posterior import Posterior

# Measured on porcine brain (docs/science.md): about 50 % of rows are what their label says, 21 %
# are fragments (of which a quarter miss their parent) and 29 % are neither. These are priors; the
# table itself outweighs them after some rows.
SHARES = {"true": 0.50, "fragment": 0.16, "virtual": 0.05, "other": 0.29}
# Measured likewise, in log10 of the peak area: species 5.46 +- 0.83, noise 4.83 +- 0.55. Here the
# means are relative to the median of the table, because each instrument has its own unit of area.
TRUE_AREA, OTHER_AREA = (0.20, 0.83), (-0.40, 0.55)
# The number of rows that the priors count for.
PRIOR_ROWS = 40.0
# An anchor is right unless much speaks against it: 47 of 49 were on porcine brain.
ANCHOR_IS_RIGHT = 0.95
LEAST_LOG_DENSITY = -600.0
# The least length of a run, in minutes of porcine brain.
LEAST_WINDOW = 1.0


@dataclass(frozen=True)
class Mixture:
    """The shares of the explanations, and mean and SD of the log10 area of species and others.

    ``window_min`` is the length of the run in minutes: an unexplained peak is equally likely at
    any time of it.
    """

    shares: dict[str, float]
    true_area: tuple[float, float]
    other_area: tuple[float, float]
    window_min: float

    @classmethod
    def of(cls, arrays: PeakArrays) -> "Mixture":
        """The priors, with areas relative to the median of the table."""
        median = float(np.median(arrays.log_area))
        low, high = np.quantile(arrays.time_min, [0.02, 0.98])
        return cls(
            shares=SHARES,
            true_area=(median + TRUE_AREA[0], TRUE_AREA[1]),
            other_area=(median + OTHER_AREA[0], OTHER_AREA[1]),
            window_min=max(float(high - low), LEAST_WINDOW * arrays.time_scale),
        )

    def updated(self, arrays: PeakArrays, posterior: Posterior) -> "Mixture":
        """The mixture that the explained peaks show; this one counts for ``PRIOR_ROWS`` rows."""
        total = len(posterior.p_true) + PRIOR_ROWS
        sums = {name: float(getattr(posterior, f"p_{name}").sum()) for name in SHARES}
        return replace(
            self,
            shares={n: (sums[n] + PRIOR_ROWS * SHARES[n]) / total for n in SHARES},
            true_area=_moments(arrays.log_area, posterior.p_true, self.true_area),
            other_area=_moments(arrays.log_area, posterior.p_other, self.other_area),
        )

    def log_other(self, arrays: PeakArrays) -> Array:
        """The log density (n,) of unexplained peaks."""
        log_density = log_normal(arrays.log_area, *self.other_area)
        log_density += math.log(self.shares["other"] / self.window_min)
        return np.maximum(log_density, LEAST_LOG_DENSITY)

    def orphans(self, arrays: PeakArrays, by_time: Array) -> Array:
        """The density (n,) of fragments whose parent was not picked, given that of their times."""
        missing = self.shares["virtual"] / self.shares["fragment"]
        return missing * by_time * self.unpicked_area(arrays) * ~arrays.has_parent

    def unpicked_area(self, arrays: PeakArrays) -> Array:
        """The density (n,) of the areas of what comes from a species that was not picked."""
        area: Array = np.exp(log_normal(arrays.log_area, *self.other_area))
        return area

    def log_true(self, arrays: PeakArrays) -> Array:
        """The log density (n,) of species by share and area alone; anchors are trusted more."""
        trust = math.log(ANCHOR_IS_RIGHT / (1 - ANCHOR_IS_RIGHT))
        log_density = log_normal(arrays.log_area, *self.true_area) + trust * arrays.anchor
        found: Array = log_density + math.log(self.shares["true"])
        return found


def _moments(area: Array, p: Array, prior: tuple[float, float]) -> tuple[float, float]:
    """The weighted mean and standard deviation of areas, shrunk towards a prior."""
    count = p.sum() + PRIOR_ROWS
    mean = (np.sum(p * area) + PRIOR_ROWS * prior[0]) / count
    square = np.sum(p * (area - mean) ** 2) + PRIOR_ROWS * (prior[1] ** 2 + (prior[0] - mean) ** 2)
    return float(mean), float(np.sqrt(square / count))
