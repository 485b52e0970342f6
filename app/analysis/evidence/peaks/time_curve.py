"""The curve of a run: how much farther apart late peaks lie than early ones of equal difference."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array

# The share of peaks before the times between which the curve is described, and after them.
EDGE_SHARE = 0.05
# Times that the curve cannot reach are straightened as the ones next to them.
LEAST_REACHED = 1e-3
# Straight times so many rises beyond the early peaks are those of no species.
MOST_RISES = 100.0


class TimeCurve(msgspec.Struct, frozen=True):
    """An exponential curve from straight times to measured ones, both in minutes.

    In an isocratic run the logarithm of the time that a species is held back is linear in its
    carbons (Martin 1949, Biochem Soc Symp 3:4); on a linear gradient the time itself is. Between
    ``low_min`` and ``high_min``, where both times agree, the slope grows by exp(``log_rise``).
    """

    low_min: float
    high_min: float
    log_rise: float

    @classmethod
    def of(cls, times_min: Array, log_rise: float) -> "TimeCurve":
        """The curve with this rise between the early and the late peaks at some times."""
        low, high = np.quantile(times_min, [EDGE_SHARE, 1 - EDGE_SHARE]).tolist()
        return cls(low, high, log_rise)

    @property
    def _span_min(self) -> float:
        return max(self.high_min - self.low_min, 1e-9)

    def straight(self, measured_min: Array) -> Array:
        """The straight times of measured ones."""
        found: Array = self.low_min + self._span_min * np.log(self._reached(measured_min)) / (
            self.log_rise
        )
        return found

    def measured(self, straight_min: Array) -> Array:
        """The measured times of straight ones."""
        exponent = self.log_rise * (straight_min - self.low_min) / self._span_min
        reached = np.expm1(np.clip(exponent, -MOST_RISES, MOST_RISES))
        found: Array = self.low_min + self._span_min * reached / np.expm1(self.log_rise)
        return found

    def measured_with_sd(self, straight_min: Array, sd_min: Array) -> tuple[Array, Array]:
        """The measured times of straight ones, and their standard deviations."""
        measured = self.measured(straight_min)
        return measured, sd_min * np.exp(-self.log_slope(measured))

    def log_slope(self, measured_min: Array) -> Array:
        """The log of how many straight minutes a measured one is at some measured times."""
        usual = np.log(np.expm1(self.log_rise) / self.log_rise)
        found: Array = usual - np.log(self._reached(measured_min))
        return found

    def _reached(self, measured_min: Array) -> Array:
        """The slope at measured times over that at ``low_min``."""
        share = (measured_min - self.low_min) / self._span_min
        found: Array = np.maximum(1 + share * np.expm1(self.log_rise), LEAST_REACHED)
        return found
