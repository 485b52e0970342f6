"""How much likelier the peaks of a prefix become by an intercept at each place of a grid."""

from functools import reduce
from typing import NamedTuple

import numpy as np

from app.analysis.computing.distinct import distinct
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.densities import log_normal

# The step of the grid in minutes of porcine brain.
GRID_MIN = 0.01
# A peak belongs to an intercept within this many widths of it.
NEAR_SDS = 2.5


def grid_of(times: Array, step_min: float) -> Array:
    """The places of a regular grid that are nearest to some times, sorted."""
    return distinct(np.round(times / step_min)) * step_min


class PeaksOfNames(NamedTuple):
    """The ``order`` (n,) of peaks by their names, and the place of the ``first`` of each name."""

    order: Indices
    first: Indices

    @classmethod
    def of(cls, names: Indices) -> "PeaksOfNames":
        """Sort peaks by a number for the sample and species of each (n,)."""
        order = np.argsort(names, kind="stable")
        names = names[order]
        is_first = np.ones(len(names), dtype=np.bool_)
        np.not_equal(names[1:], names[:-1], out=is_first[1:])
        return cls(order, is_first.nonzero()[0])


class InterceptScores:
    """The log likelihood that an intercept adds, for each place of a grid of times.

    ``times`` (n,) are the retention times of the peaks in minutes without the effect of the
    ceramide, ``gain`` (n,) is the log density of a species over that of all other explanations but
    for its time, and ``count`` (n,) for how many observations each peak counts. ``width_min`` is
    the standard deviation of peaks about their intercept, and ``grid`` has the places (of
    ``grid_of``).
    """

    def __init__(
        self,
        times: Array,
        gain: Array,
        count: Array,
        width_min: float,
        grid: Array,
        log_by_time: Array | None = None,
    ) -> None:
        self.times, self.gain, self.count, self.width_min = times, gain, count, width_min
        self.grid = grid
        # The log density (places, n) of each peak by its time alone, if it is not known yet.
        self._log_by_time = (
            log_normal(times, grid[:, None], width_min) if log_by_time is None else log_by_time
        )
        self._log_ratio = gain + self._log_by_time
        self.total: Array = _log_one_plus_exp(self._log_ratio) @ count

    def refined(self, place: int) -> float:
        """The mean time of the peaks that the intercept at a place of the grid explains."""
        log_ratio = np.minimum(np.maximum(self._log_ratio[place], -500), 500)
        weight = self.count / (1 + np.exp(-log_ratio))
        total = weight.sum()
        if total < 1e-6:
            return float(self.grid[place])
        return float((self.times * weight).sum() / total)

    def without(self, found: list[float]) -> "InterceptScores":
        """The scores of what the intercepts found so far do not explain."""
        return InterceptScores(
            self.times,
            self.gain - self.of_peaks(found),
            self.count,
            self.width_min,
            self.grid,
            self._log_by_time,
        )

    def of_peaks(self, intercepts: list[float]) -> Array:
        """The log likelihood (n,) that some intercepts together add for each peak."""
        none = np.zeros(len(self.times))
        return reduce(np.logaddexp, self._log_ratios(intercepts), none)

    def shares(self, intercepts: list[float]) -> Array:
        """The probability (intercepts, n) that each peak belongs to each intercept."""
        shares: Array = np.exp(self._log_ratios(intercepts) - self.of_peaks(intercepts))
        return shares

    def _log_ratios(self, intercepts: list[float]) -> Array:
        at = np.array(intercepts)[:, None]
        ratios: Array = self.gain + log_normal(self.times, at, self.width_min)
        return ratios

    def absent(self, names: PeaksOfNames, found: list[float], places: Array) -> Array:
        """Count the names with a peak at the first intercept and none at each of some places.

        The same name in several samples counts once.
        """
        reach, times = NEAR_SDS * self.width_min, self.times[names.order]
        near = np.logical_or.reduceat(np.abs(times - places[:, None]) <= reach, names.first, axis=1)
        at_first = np.logical_or.reduceat(np.abs(times - found[0]) <= reach, names.first)
        missing: Array = (at_first & ~near) @ self.count[names.order[names.first]]
        return missing


def _log_one_plus_exp(value: Array) -> Array:
    """The same as np.logaddexp(0, value), several times as fast."""
    found: Array = np.maximum(value, 0.0) + np.log1p(np.exp(-np.abs(value)))
    return found
