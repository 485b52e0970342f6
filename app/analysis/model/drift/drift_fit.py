"""Curves through how late the species of samples elute, which strays among them hardly move.

A curve is a Gaussian process around a level of which nothing is known beforehand (Rasmussen and
Williams 2006, Gaussian Processes for Machine Learning, 2.2 and 2.7). How late the species of a part
of the gradient elute counts by a t distribution, because many are other isomers, fragments or
interferences (Lange, Little and Taylor 1989, JASA 84:881).
"""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.model.drift.drift_offsets import Bins, Offsets

# The distance over which a drift keeps its direction, as a share of the gradient.
SMOOTH_OVER = 0.4
# Degrees of freedom of the t distribution of species, and the lower quartile of absolute values of
# a normal one, which strays enlarge less than the median.
DEGREES, QUARTILE = 3.0, 0.3186
# More noise than any sample has, for a bin of which a sample has no species.
UNKNOWN = 1e6


class Spread(NamedTuple):
    """How far species scatter: their standard deviation in minutes, and what strays add to it.

    ``strays`` times the variance is that of a bin times the weight of its species.
    """

    sd_min: float
    strays: float


class CurveFit(NamedTuple):
    """How late samples are in each bin and the variance of that, and the curves through it.

    All are of shape (samples, bins), but the ``level`` of each sample is of shape (samples,).
    ``late`` is without how late all samples are in a bin. The curve at a place is the level and the
    ``weights`` times the likeness of the place with each bin.
    """

    late: Array
    noise: Array
    level: Array
    weights: Array

    def curves(self, likeness_with_bins: Array) -> Array:
        """The drift of each sample at some places, of shape (samples, places)."""
        found: Array = self.level[:, None] + self.weights @ likeness_with_bins
        return found


def spread_of(off: Array) -> Spread:
    """How far species scatter, from how far each is from the curve of its sample."""
    quarter = len(off) // 4
    sd_min = float(np.partition(np.abs(off), quarter)[quarter]) / QUARTILE
    if not sd_min > 0:
        return Spread(0.0, 1.0)
    weight = _weights(off, sd_min)
    slope = np.mean(weight * (2 * weight - 1))
    # The variance of an M-estimator (Huber 1964, Ann Math Stat 35:73).
    variance = np.mean((weight * off / sd_min) ** 2) / slope**2
    return Spread(sd_min, float(variance * np.mean(weight)))


def _weights(off: Array, sd_min: float) -> Array:
    """How much values count in the location of a t distribution, between 0 and 1."""
    weights: Array = 1 / (1 + (off / sd_min) ** 2 / DEGREES)
    return weights


def fit_curves(
    offsets: Offsets,
    near: Array,
    common_min: Array,
    spread: Spread,
    bend_min: float,
    bins: Bins,
) -> CurveFit:
    """Curves through the species of samples, which count by how far they are from others.

    ``near`` (samples, bins) are these other curves, and ``bend_min`` is the standard deviation of a
    curve around its level.
    """
    cell = bins.cells(offsets)
    weight = _weights(offsets.late_min - (near + common_min).ravel()[cell], spread.sd_min)
    total = np.bincount(cell, weight, near.size).reshape(near.shape)
    sums = np.bincount(cell, weight * offsets.late_min, near.size).reshape(near.shape)
    late: Array = sums / np.where(total > 0, total, 1) - common_min
    noise = spread.strays * spread.sd_min**2 / np.maximum(total, 1 / UNKNOWN)
    level, weights, _ = _curves_through(late, noise, bend_min**2 * likeness(bins.middle))
    return CurveFit(late, noise, level, bend_min**2 * weights)


def log_likelihood(fit: CurveFit, bend_min: float, bins: Bins) -> float:
    """The restricted log likelihood of how late samples are if drifts bend so, but a constant."""
    bend = bend_min**2 * likeness(bins.middle)
    _, weights, log_det = _curves_through(fit.late, fit.noise, bend)
    return float(-0.5 * (log_det + (weights * fit.late).sum(axis=1)).sum())


def _curves_through(late: Array, noise: Array, bend: Array) -> tuple[Array, Array, Array]:
    """The level of each sample, the weights of its curve, and the log of its determinants."""
    covariance = bend + noise[:, :, None] * np.eye(noise.shape[1])
    ones = np.ones((*late.shape, 1))
    solved = np.linalg.solve(covariance, np.concatenate([ones, late[:, :, None]], axis=2))
    information = solved[:, :, 0].sum(axis=1)
    level = solved[:, :, 1].sum(axis=1) / information
    weights = solved[:, :, 1] - level[:, None] * solved[:, :, 0]
    log_det: Array = np.linalg.slogdet(covariance)[1] + np.log(information)
    return level, weights, log_det


def likeness(one: Array, other: Array | None = None) -> Array:
    """The covariance of a drift of unit variance at some shares of the gradient and at others.

    Half of it is a straight line, half a smooth curve.
    """
    other = one if other is None else other
    curve = np.exp(-0.5 * ((one[:, None] - other) / SMOOTH_OVER) ** 2)
    line = 12 * np.outer(one - 0.5, other - 0.5)
    found: Array = (curve + line) / 2
    return found
