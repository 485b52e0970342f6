"""The mixture model of peaks: how frequent each explanation is, and the areas it goes with."""

import math

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.computing.median import median
from app.analysis.computing.remembered import remembered
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.densities import (
    log_normal,
    log_normal_if_known,
    log_t,
    of_known,
    share_above,
)
from app.analysis.evidence.explaining.anchor_trust import anchor_log_odds
from app.analysis.evidence.explaining.near_misses import log_nearness, near_share
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# Measured on porcine brain (docs/science.md): about 50 % of rows are what their label says, 21 %
# are fragments (of which a quarter miss their parent) and 29 % are neither. These are priors; the
# table itself outweighs them after some rows.
SHARES = {"true": 0.50, "fragment": 0.16, "virtual": 0.05, "other": 0.29}
# Measured likewise, in log10 of the peak area: species 5.46 +- 0.83, noise 4.83 +- 0.55. Here the
# means are relative to the median of the table, because each instrument has its own unit of area.
TRUE_AREA, OTHER_AREA = (0.20, 0.83), (-0.40, 0.55)
# The number of rows that the priors count for.
PRIOR_ROWS = 40.0
# Of all peaks this share are fragments. Those that the table does not explain so have parents that
# are not in it. A parent has more sugars, so it elutes earlier than the label of its fragment, by
# about as much as this, in minutes of porcine brain.
FRAGMENT_SHARE = SHARES["fragment"] + SHARES["virtual"]
SUGAR_SHIFT = 0.5
# The scale of a table and the areas in it are known less well with few rows, and are fitted to the
# judged peak too, which makes its label look better. The evidence of times and areas for a label
# counts as if these rows had been seen in addition, and had shown nothing.
HUMBLE_ROWS = 2.0
# The standard deviation of a predicted time is estimated from the rows and from priors that count
# for so many observations (app/analysis/model/least_squares/regression.py: four of spreads, one of
# the error).
TIME_PRIOR_ROWS = 5.0
# log10 of fragment over parent: on porcine brain (docs/science.md) the 10/25/50/75/90 % quantiles
# of the ratio were .003/.011/.025/.20/.38.
RATIO_MEAN, RATIO_SD = -1.40, 0.85
# log10 of the smallest peak of porcine brain over the median one. Smaller peaks are not picked.
LEAST_OVER_MEDIAN = -1.18
LEAST_LOG_DENSITY = -600.0
# The least length of a run, in minutes of porcine brain.
LEAST_WINDOW = 1.0


class Mixture(msgspec.Struct, frozen=True):
    """The shares of the explanations, and mean and SD of the log10 area of each.

    ``fragment_area`` is that of fragments of picked parents. Those of other parents are as large,
    because it is the parent that was missed. Before any is known, fragments are as large as other
    peaks.
    ``window_min`` is the length of the run in minutes: an unexplained peak is equally likely at
    any time of it. ``evidence_weight`` (up to 1) is how far the evidence of so few rows counts for
    a label, ``time_degrees`` the degrees of freedom of the deviation of a time from its prediction,
    ``unseen_share`` the share of fragments whose parents' groups are not in the table,
    ``unseen_lead`` how far such parents elute before the label, in minutes of porcine brain,
    ``least_area`` the log10 area from which on peaks are picked, ``anchor_log_odds`` how much an
    anchor is trusted, and ``near_share`` the share of unexplained peaks near the species of their
    label. Before the first fit the lead and this share are 0, because a line itself may lie too
    early, and no peak is too small.
    """

    shares: dict[str, float]
    true_area: tuple[float, float]
    other_area: tuple[float, float]
    fragment_area: tuple[float, float]
    window_min: float
    evidence_weight: float
    time_degrees: float
    anchor_log_odds: float
    unseen_share: float = FRAGMENT_SHARE
    unseen_lead: float = 0.0
    least_area: float = -math.inf
    near_share: float = 0.0

    @classmethod
    def of(cls, arrays: PeakArrays) -> "Mixture":
        """The priors, with areas relative to the median of the table."""
        usual = usual_log_area(arrays)
        peaks = _counted_peaks(arrays)
        return cls(
            shares=SHARES,
            true_area=(usual + TRUE_AREA[0], TRUE_AREA[1]),
            other_area=(usual + OTHER_AREA[0], OTHER_AREA[1]),
            fragment_area=(usual + OTHER_AREA[0], OTHER_AREA[1]),
            window_min=run_length(arrays),
            evidence_weight=peaks / (peaks + HUMBLE_ROWS),
            time_degrees=peaks + TIME_PRIOR_ROWS,
            anchor_log_odds=anchor_log_odds(arrays),
        )

    def updated(self, arrays: PeakArrays, posterior: Posterior) -> "Mixture":
        """The mixture that the explained peaks show; this one counts for ``PRIOR_ROWS`` rows."""
        count, rows = arrays.count, float(arrays.count.sum())
        sums = {name: float(count @ getattr(posterior, f"p_{name}")) for name in SHARES}
        of_parents = posterior.seen * (posterior.p_fragment + posterior.p_virtual)
        found = float(count @ of_parents) / rows
        off_min, of_other = arrays.time_min - posterior.predicted_min, count * posterior.p_other
        return replace(
            self,
            unseen_share=max(FRAGMENT_SHARE - found, 0.0),
            unseen_lead=SUGAR_SHIFT,
            least_area=least_area(arrays),
            near_share=near_share(off_min, of_other, self.window_min, arrays.time_scale),
            anchor_log_odds=anchor_log_odds(arrays, posterior.p_true),
            shares={n: (sums[n] + PRIOR_ROWS * SHARES[n]) / (rows + PRIOR_ROWS) for n in SHARES},
            true_area=_moments(arrays.log_area, count * posterior.p_true, self.true_area),
            other_area=_moments(arrays.log_area, count * posterior.p_other, self.other_area),
            fragment_area=_moments(
                arrays.log_area, count * posterior.p_fragment, self.fragment_area
            ),
        )

    def log_other(self, arrays: PeakArrays) -> Array:
        """The log density (n,) of unexplained peaks that may lie anywhere in the run."""
        log_density = log_normal_if_known(arrays.log_area, *self.other_area)
        log_density += math.log(self.shares["other"] / self.window_min)
        return np.maximum(log_density, LEAST_LOG_DENSITY)

    def log_nearness(self, arrays: PeakArrays, off_min: Array) -> Array:
        """What the distance of unexplained peaks from the species of a label adds to that."""
        return log_nearness(off_min, self.near_share, self.window_min, arrays.time_scale)

    def fragments(self, arrays: PeakArrays, by_time: Array) -> Array:
        """The density (n,) of fragments by time, area and mass, given that of their times."""
        area = np.exp(log_normal_if_known(arrays.log_area, *self.fragment_area))
        density: Array = by_time * area * arrays.mass_fit
        return density

    def orphans(self, arrays: PeakArrays, by_time: Array) -> Array:
        """The density (n,) of fragments whose parent was not picked, given that of their times."""
        missing = self.shares["virtual"] / self.shares["fragment"]
        return missing * self.fragments(arrays, by_time)

    def unpicked_area(self, arrays: PeakArrays) -> Array:
        """The density (n,) of the areas of other ions of a species that was not picked."""
        area: Array = np.exp(log_normal_if_known(arrays.log_area, *self.other_area))
        return area

    def unseen(self, arrays: PeakArrays, candidate: Indices, mean: Array, sd: Array) -> Array:
        """The density (n,) of fragments whose parent's group is not in the table at all.

        ``mean`` and ``sd`` predict the candidates, of which each peak is one by its label; a parent
        elutes before that time.
        """
        earlier, spread = self.unseen_lead * arrays.time_scale, SUGAR_SHIFT * arrays.time_scale
        mean, sd = mean - earlier, np.hypot(sd, spread)
        log_density = log_normal(arrays.time_min, mean[candidate], sd[candidate])
        # The areas of all fragments of species, of which those that are large enough are picked.
        area = self.true_area[0] + RATIO_MEAN, math.hypot(self.true_area[1], RATIO_SD)
        log_density += log_normal_if_known(arrays.log_area, *area)
        share = self.unseen_share / share_above(self.least_area, *area)
        density: Array = share * np.exp(log_density) * arrays.mass_fit
        return density

    def log_true(self, arrays: PeakArrays) -> Array:
        """The log density (n,) of species by share, area, mass and evidence.

        Anchors are trusted more.
        """
        log_density = log_normal_if_known(arrays.log_area, *self.true_area) + self._marks(arrays)
        found: Array = log_density + math.log(self.shares["true"]) + np.log(arrays.mass_fit)
        return found

    def log_time(self, time_min: Array, mean: Array, sd: Array) -> Array:
        """The log density of the times of species that are predicted at ``mean`` with ``sd``.

        It is Student's t, because ``sd`` is an estimate (Gelman et al. 2013, Bayesian Data
        Analysis, 3.2), with ``sd`` as its standard deviation.
        """
        scale = sd * math.sqrt(1 - 2 / self.time_degrees)
        log_density: Array = log_t((time_min - mean) / scale, self.time_degrees) - np.log(scale)
        return log_density

    def weighed(
        self, arrays: PeakArrays, log_odds: Array, rows: Indices | slice = slice(None)
    ) -> Array:
        """Log odds of the labels of ``rows``, with what times and areas say for them weakened.

        What they say against a label counts fully, because a fit to its peak too cannot make it
        look worse; but not where a person or the table vouches for the label. What is known of it
        without its time and area counts fully as well.
        """
        share, marks = self.shares["true"], self._marks(arrays)[rows]
        known = marks + math.log(share / (1 - share))
        evidence = log_odds - known
        is_full = (evidence < 0) & (marks <= 0)
        weighed: Array = known + np.where(is_full, 1.0, self.evidence_weight) * evidence
        return weighed

    def _marks(self, arrays: PeakArrays) -> Array:
        """What anchors and levels of evidence add to the log odds (n,) of labels."""
        marks: Array = (self.anchor_log_odds * arrays.anchor).astype(np.float64)
        if arrays.log_prior is not None:
            marks += arrays.log_prior
        return marks


@remembered
def run_length(arrays: PeakArrays) -> float:
    """The length of the run in minutes, whose ends lie outside of the few peaks that there are."""
    low, high = np.quantile(arrays.time_min, [0.02, 0.98])
    peaks = _counted_peaks(arrays)
    length_min = float(high - low) * (peaks + 1) / (peaks - 1)
    return max(length_min, LEAST_WINDOW * arrays.time_scale)


@remembered
def least_area(arrays: PeakArrays) -> float:
    """The log10 area from which on peaks are picked: as usual, or that of the smallest peak."""
    known = arrays.known_log_areas
    least = usual_log_area(arrays) + LEAST_OVER_MEDIAN
    return min(least, float(known.min())) if len(known) else least


@remembered
def usual_log_area(arrays: PeakArrays) -> float:
    """The median log10 area; of a table without areas it is 0, and compared with nothing."""
    known = arrays.known_log_areas
    return float(median(known)) if len(known) else 0.0


def _counted_peaks(arrays: PeakArrays) -> float:
    return max(float(arrays.count.sum()), 2.0)


def _moments(area: Array, p: Array, prior: tuple[float, float]) -> tuple[float, float]:
    """The weighted mean and standard deviation of the areas that are known, shrunk to a prior."""
    area, p = of_known(area, p)
    count = p.sum() + PRIOR_ROWS
    mean = (np.sum(p * area) + PRIOR_ROWS * prior[0]) / count
    square = np.sum(p * (area - mean) ** 2) + PRIOR_ROWS * (prior[1] ** 2 + (prior[0] - mean) ** 2)
    return float(mean), float(np.sqrt(square / count))
