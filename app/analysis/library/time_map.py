"""A map from the times of a library on to those of a run, learnt from the peaks of the run.

The gradient may have changed, so the map is a shift, a scale and, as far as the peaks show it, a
smooth bend: a cubic B-spline with a penalty on how much it bends (Eilers and Marx 1996, Stat Sci
11:89), whose size is estimated with it. Labels may be wrong, so each peak belongs to one of its
candidates or to none, and the spread starts wide and narrows (expectation maximisation).
"""

from typing import NamedTuple

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.law.spline_basis import SplineBasis

# Scales are searched from this factor below to this factor above the one that the spans of the
# times suggest, in steps of one percent; the window gathers peaks about a straight map.
SEARCHED_FACTOR, SCALE_STEP = 2.0, 0.01
WINDOW_MIN = 0.15
# The spread of the peaks about the map in each round, in minutes of porcine brain: wide first.
WIDTHS_MIN = (0.30, 0.20, 0.14, 0.10, 0.07, 0.05)
LAST_ROUNDS = 12
# The usual spread counts as that of one peak, in minutes of porcine brain.
USUAL_WIDTH_MIN = 0.04
# Added to a normal matrix, as a share of its trace, so that it can be inverted.
RIDGE = 1e-9
# Knots this far apart, and the prior of how much the map bends from one to the next, in minutes of
# porcine brain; it counts as this many bends.
KNOTS_APART_MIN, BEND_MIN, BEND_COUNT = 0.9, 0.02, 4.0
# A map falls nowhere: it rises by at least this share of its scale.
LEAST_RISE = 0.1


class Pairs(NamedTuple):
    """Peaks with the times of their candidates in the library.

    ``peak`` (m,) is the number of the peak of each pair, ``library_min`` (m,) the time of the
    candidate and ``time_min`` (m,) that of the peak, in minutes; ``sd_min`` (m,) is the error of
    the library, in minutes of the run. ``trust`` (n,) is how likely the label of a peak is right
    before times are compared, and ``weight`` (n,) for how many observations a peak counts.
    """

    peak: Indices
    library_min: Array
    time_min: Array
    sd_min: Array
    trust: Array
    weight: Array


class TimeMap(msgspec.Struct, frozen=True, eq=False):
    """A monotone map: ``run_min`` at ``library_min``, evenly spaced places in the library.

    Beyond them it goes on straight. ``width_min`` is the standard deviation of peaks about it,
    ``scale`` and ``shift_min`` are those of the straight line nearest to it:
    run = shift + scale * library.
    """

    library_min: Array
    run_min: Array
    width_min: float
    scale: float
    shift_min: float

    def __call__(self, library_min: Array) -> Array:
        """The times of a run at times of the library, in minutes."""
        low, high = self.library_min[[0, -1]]
        within = np.interp(library_min, self.library_min, self.run_min)
        beyond = np.minimum(library_min - low, 0) + np.maximum(library_min - high, 0)
        times: Array = within + self.scale * beyond
        return times

    @property
    def bend_min(self) -> float:
        """The largest distance of the map from its straight line, in minutes of the run."""
        line = self.shift_min + self.scale * self.library_min
        return float(np.abs(self.run_min - line).max())


def learn_map(pairs: Pairs, first_scale: float, time_scale: float) -> TimeMap:
    """Learn the map from the pairs.

    ``time_scale`` is that of the run, and ``first_scale`` a first guess of the scale of the map.
    """
    shift, scale = _best_line(pairs, first_scale, WINDOW_MIN * time_scale)
    low, high = np.quantile(pairs.library_min, [0.01, 0.99])
    knots = 4 + int((high - low) * first_scale / (KNOTS_APART_MIN * time_scale))
    basis = SplineBasis(float(low), float(high), knots)
    bend = (BEND_MIN * time_scale) ** 2
    start = np.add(shift, scale * basis.centres, dtype=np.float64)
    state = _Spline(start, WIDTHS_MIN[0] * time_scale, bend)
    fit = _Fit(pairs, basis, basis.at(pairs.library_min), time_scale)
    for number, least in enumerate([*WIDTHS_MIN, *[0.0] * LAST_ROUNDS]):
        is_bent = number >= len(WIDTHS_MIN) - 1
        state = fit.next(state, least * time_scale, is_bent=is_bent)
    return _map_of(basis, state.coefficients, state.width)


class _Spline(NamedTuple):
    """The coefficients of the map, the spread of peaks about it, the mean square of its bends."""

    coefficients: Array
    width: float
    bend: float


class _Fit(msgspec.Struct, frozen=True, eq=False):
    """The pairs with the splines at their times of the library, ``x`` (pairs, splines)."""

    pairs: Pairs
    basis: SplineBasis
    x: Array
    time_scale: float

    def next(self, state: _Spline, least: float, *, is_bent: bool) -> _Spline:
        """One round: which pairs belong together, and the map by them.

        ``least`` is the least spread, in minutes. While the spread is wide (``is_bent`` is false),
        the prior of the bends stays.
        """
        pairs, x = self.pairs, self.x
        window = float(np.ptp(pairs.time_min)) or self.time_scale
        p = responsibilities(pairs, pairs.time_min - x @ state.coefficients, state.width, window)
        weight = p / (state.width**2 + pairs.sd_min**2)
        covariance = self._covariance(weight, state.bend)
        coefficients = covariance @ (x.T @ (weight * pairs.time_min))
        width = max(self._width(p, coefficients, covariance), least)
        bend = state.bend
        if is_bent:
            bend = _bend(self.basis, coefficients, covariance, self.time_scale)
        return _Spline(coefficients, width, bend)

    def _covariance(self, weight: Array, bend: float) -> Array:
        normal = self.x.T @ (weight[:, None] * self.x) + self.basis.penalty / bend
        ridge = np.eye(len(normal)) * RIDGE * np.trace(normal)
        return np.linalg.inv(normal + ridge).astype(np.float64)

    def _width(self, p: Array, coefficients: Array, covariance: Array) -> float:
        """The spread of the peaks about the map, with the uncertainty of the map itself."""
        off = self.pairs.time_min - self.x @ coefficients
        of_rows = np.einsum("ij,jk,ik->i", self.x, covariance, self.x)
        total = float(p @ (off**2 + of_rows)) + (USUAL_WIDTH_MIN * self.time_scale) ** 2
        return float(np.sqrt(total / (p.sum() + 1)))


def responsibilities(pairs: Pairs, off: Array, width: float, window: float) -> Array:
    """How likely each pair is: a peak belongs to one of its candidates, or anywhere in a window."""
    sd = np.hypot(width, pairs.sd_min)
    peaks = len(pairs.trust)
    candidates = np.bincount(pairs.peak, minlength=peaks)[pairs.peak]
    density = pairs.trust[pairs.peak] / candidates * np.exp(-0.5 * (off / sd) ** 2)
    density /= sd * np.sqrt(2 * np.pi)
    total = np.bincount(pairs.peak, density, peaks) + (1 - pairs.trust) / window
    share: Array = density / total[pairs.peak]
    return share


def _best_line(pairs: Pairs, first_scale: float, window: float) -> tuple[float, float]:
    """Shift and scale of the straight map that gathers most trusted peaks in its window."""
    steps = int(np.log(SEARCHED_FACTOR) / SCALE_STEP)
    scales = first_scale * np.exp(SCALE_STEP * np.arange(-steps, steps + 1))
    weight, best = pairs.trust[pairs.peak], (-1.0, 0.0, first_scale)
    for scale in scales.tolist():
        off = pairs.time_min - scale * pairs.library_min
        order = np.argsort(off)
        places = off[order]
        total = np.append(0.0, np.cumsum(weight[order]))
        ends = np.searchsorted(places, places + 2 * window, side="right")
        inside = total[ends] - total[:-1]
        at = int(inside.argmax())
        if inside[at] > best[0]:
            best = (float(inside[at]), float(np.median(places[at : ends[at]])), scale)
    return best[1], best[2]


def _bend(basis: SplineBasis, coefficients: Array, covariance: Array, time_scale: float) -> float:
    """The mean square of the bends of a map, by the peaks and the prior."""
    bends = basis.differences @ coefficients
    error = np.einsum("ij,jk,ik->i", basis.differences, covariance, basis.differences)
    prior = BEND_COUNT * (BEND_MIN * time_scale) ** 2
    return float((bends @ bends + error.sum() + prior) / (len(bends) + BEND_COUNT))


def _map_of(basis: SplineBasis, coefficients: Array, width: float) -> TimeMap:
    places = np.linspace(basis.low, basis.high, 8 * basis.knots)
    times = basis.at(places) @ coefficients
    scale, shift = np.polyfit(places, times, 1)
    least = LEAST_RISE * scale * (places[1] - places[0])
    rises = np.maximum(np.diff(times), max(least, 0.0))
    rising = np.append(0.0, np.cumsum(rises))
    return TimeMap(
        places, rising + float(np.mean(times - rising)), width, float(scale), float(shift)
    )
