"""Cubic B-splines with evenly spaced knots, of which a map of times is made."""

import numpy as np

from app.analysis.evidence.array_types import Array


class SplineBasis:
    """Cubic B-splines between two times in minutes, with evenly spaced knots.

    ``centres`` (splines,) are their middles. ``differences`` (splines - 2, splines) gives the bends
    of a map by its coefficients, and ``penalty`` the sum of their squares.
    """

    def __init__(self, low: float, high: float, knots: int) -> None:
        self.low, self.high, self.knots = low, high, knots
        self.step = max(high - low, 1e-9) / (knots - 1)
        self.centres = low + self.step * np.arange(-1, knots + 1)
        self.differences = np.diff(np.eye(knots + 2), n=2, axis=0)
        self.penalty = self.differences.T @ self.differences

    def at(self, times: Array) -> Array:
        """The splines at some times, (times, splines); beyond the ends they go on straight."""
        inside = np.clip(times, self.low, self.high)
        values = self._at(inside)
        slope = (self._at(inside + 1e-4 * self.step) - self._at(inside - 1e-4 * self.step)) / (
            2e-4 * self.step
        )
        found: Array = values + slope * (times - inside)[:, None]
        return found

    def _at(self, times: Array) -> Array:
        u = np.abs((times[:, None] - self.centres) / self.step)
        middle = 2 / 3 - u**2 * (1 - u / 2)
        side = np.maximum(2 - u, 0) ** 3 / 6
        found: Array = np.where(u < 1, middle, side)
        return found
