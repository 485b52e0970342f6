"""How the drift of a sample changes along the gradient: a smooth curve for each sample.

How far drifts bend is learnt from the cohort by their restricted likelihood (Patterson and Thompson
1971, Biometrika 58:545). Where it does not show that they bend, there are no curves.
"""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.drift.drift_fit import (
    CurveFit,
    Spread,
    fit_curves,
    likeness,
    log_likelihood,
    spread_of,
)
from app.analysis.model.drift.drift_offsets import Bins, Offsets, find_bins

# How far drifts may bend, in standard deviations of a species, and how far until that is known.
BENDS, FIRST_BEND = np.geomspace(0.05, 20, 25), 3.0
# How much larger the log likelihood must be with curves than without: three, as 20 to 1.
LEAST_GAIN = 3.0
# The curves are given at these shares of the gradient, and are straight between them.
PLACES = np.linspace(0.0, 1.0, 33)
# A sample whose drift grows by more than this for each minute of the gradient is of another method.
# In a part of the gradient, a drift of a minute each minute would exchange times.
STEEPEST, STEEPEST_PART = 0.3, 0.9
# The standard deviations in the rounds of a fit, relative to the last one, and the rounds of the
# first fit, which learns it.
NARROWING, FIRST_ROUNDS = (16.0, 8.0, 4.0, 2.0, 1.0, 1.0, 1.0), 12
# Rounds in which the drift is taken off.
ROUNDS = 4


class DriftCurves(msgspec.Struct, frozen=True, eq=False):
    """What is the same for the curves of all samples of a cohort.

    ``common_min`` (bins,) is how late all samples are in a bin, because strays move the usual times
    there, and ``bend_min`` the standard deviation of a drift around its level.
    """

    bins: Bins
    spread: Spread
    common_min: Array
    bend_min: float

    def of(self, offsets: Offsets) -> Array:
        """The drift of each sample in minutes at each of ``PLACES``, of shape (samples, places).

        A sample whose drift would be too steep, or that shares few species, has a row of NaN.
        """
        near = _level_lines(offsets, self.bins)
        for times in NARROWING:
            spread = self.spread._replace(sd_min=times * self.spread.sd_min)
            fit = fit_curves(offsets, near, self.common_min, spread, self.bend_min, self.bins)
            near = fit.curves(likeness(self.bins.middle))
        curves = fit.curves(likeness(self.bins.middle, PLACES))
        steps = np.abs(np.diff(curves)).max(axis=1) / (PLACES[1] - PLACES[0])
        is_usable = (np.ptp(curves, axis=1) <= STEEPEST * self.bins.length_min) & (
            steps <= STEEPEST_PART * self.bins.length_min
        )
        return np.where((is_usable & self.bins.are_filled(offsets))[:, None], curves, np.nan)

    def removed_from(
        self, rt_min: Array, first_min: Array, sample: Indices, curves: Array
    ) -> Array:
        """The times of peaks (n,) without the drift of their samples.

        A drift is given at the time without it, so the times are found in rounds, from
        ``first_min`` on; each is nearer by the slope of the drift. Peaks of samples without a curve
        keep those.
        """
        has_none = np.isnan(curves[sample, 0])
        times = first_min
        for _ in range(ROUNDS):
            times = np.where(has_none, first_min, rt_min - self._at(curves, sample, times))
        return times

    def _at(self, curves: Array, sample: Indices, usual_min: Array) -> Array:
        """The drift of samples (n,) at some usual times (n,), both in minutes."""
        share = (usual_min - self.bins.start_min) / self.bins.length_min
        place = np.clip(share, 0, 1) * (len(PLACES) - 1)
        before = np.minimum(place.astype(np.int64), len(PLACES) - 2)
        share = place - before
        drift: Array = (1 - share) * curves[sample, before] + share * curves[sample, before + 1]
        return drift


def learn_curves(offsets: Offsets) -> DriftCurves | None:
    """What the curves of a cohort have in common; None if drifts are not shown to bend."""
    bins = find_bins(offsets)
    if bins is None:
        return None
    fit, spread, common = _first_fit(offsets.only(bins.are_filled(offsets)), bins)
    if not spread.sd_min > 0:
        return None
    bends = spread.sd_min * BENDS
    straight, *bent = (log_likelihood(fit, bend, bins) for bend in (0.0, *bends))
    best = int(np.argmax(bent))
    if bent[best] - straight < LEAST_GAIN:
        return None
    return DriftCurves(bins, spread, common, float(bends[best]))


def _first_fit(offsets: Offsets, bins: Bins) -> tuple[CurveFit, Spread, Array]:
    """Curves that may bend far, how far species are from them, and how late all samples are."""
    cell = bins.cells(offsets)
    near, common = _level_lines(offsets, bins), np.zeros(bins.count)
    spread = spread_of(offsets.late_min - near.ravel()[cell])
    fit = CurveFit(near, near, near[:, 0], near)
    for _ in range(FIRST_ROUNDS):
        if not spread.sd_min > 0:
            break
        bend_min = FIRST_BEND * spread.sd_min
        fit = fit_curves(offsets, near, common, spread, bend_min, bins)
        common = common + np.median(fit.late - fit.level[:, None], axis=0)
        common -= common.mean()  # a level that all samples share is none of their parts
        near = fit.curves(likeness(bins.middle))
        spread = spread_of(offsets.late_min - (near + common).ravel()[cell])
    return fit, spread, common


def _level_lines(offsets: Offsets, bins: Bins) -> Array:
    """The level of each sample in each bin, 0 where it is not known."""
    return np.repeat(np.nan_to_num(offsets.levels())[:, None], bins.count, axis=1)
