"""How the retention times of a second program become those of the first: a straight line.

Two programs pick the peaks of one run, so their times differ by a shift and a scale at most, and by
the noise of picking.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.computing.median import median
from app.analysis.evidence.array_types import Array, Mask

# Fewer species in common show no line, and fewer than this no scale.
LEAST_COMMON, LEAST_FOR_SCALE = 3, 6
# Slopes are taken between points at least this share of the range apart.
LEAST_APART = 0.2
MOST_POINTS = 400
# Most peaks of one run lie within this many tolerances of the line.
MOST_SPREAD = 0.5
# Times are written with three decimals at best, so their spread is no smaller, as a share of the
# tolerance.
LEAST_SPREAD = 0.01
NORMAL_MAD = 1.4826
INLIER_SDS = 4.0


class TimeAxis(NamedTuple):
    """Times of the first program are ``shift_min + scale * times`` of the second, +- ``sd_min``."""

    shift_min: float
    scale: float
    sd_min: float

    def of_first(self, times_min: Array) -> Array:
        """Times of the second program as the first has them, in minutes."""
        return self.shift_min + self.scale * times_min


def time_axis(one: pl.DataFrame, other: pl.DataFrame, tolerance_min: float) -> TimeAxis:
    """Find the line by the species that both tables have once in a sample.

    ``tolerance_min`` is the largest difference of times within one peak.

    Raises:
        NotOneRunError: they have too few species in common, or no line fits their times.
    """
    pairs = _unique(one).join(_unique(other), on=["sample", "known_as"], suffix="_other")
    if pairs.height < LEAST_COMMON:
        raise NotOneRunError(
            f"The two tables have {pairs.height} species in common that each has once, and at "
            f"least {LEAST_COMMON} are needed to compare their times. Choose two tables of one run."
        )
    first, second = pairs["rt_min"].to_numpy(), pairs["rt_min_other"].to_numpy()
    axis = _line(first, second, tolerance_min)
    if axis.sd_min > MOST_SPREAD * tolerance_min:
        raise NotOneRunError(
            f"The retention times of the {pairs.height} species in common differ by more than a "
            f"shift and a scale: what is left is {axis.sd_min:.3f} min (standard deviation). "
            "Choose two tables of one run."
        )
    return axis


def _unique(claims: pl.DataFrame) -> pl.DataFrame:
    usable = claims.filter(pl.col("rt_min").is_finite() & pl.col("species").is_not_null())
    once = pl.len().over("sample", "known_as") == 1
    return usable.filter(once).select("sample", "known_as", "rt_min")


def _line(first: Array, second: Array, tolerance_min: float) -> TimeAxis:
    """The slope of Theil (1950) and Sen (1968), then least squares over what lies near it."""
    scale = _median_slope(first, second) if len(first) >= LEAST_FOR_SCALE else 1.0
    shift = float(median(first - scale * second))
    off = first - shift - scale * second
    least = LEAST_SPREAD * tolerance_min
    sd = max(NORMAL_MAD * float(median(np.abs(off))), least)
    near: Mask = np.abs(off) <= INLIER_SDS * sd
    if len(first) >= LEAST_FOR_SCALE and np.ptp(second[near]) > 0:
        scale, shift = (float(each) for each in np.polyfit(second[near], first[near], 1))
    off = np.abs(first - shift - scale * second)
    return TimeAxis(shift, scale, max(NORMAL_MAD * float(median(off)), least))


def _median_slope(first: Array, second: Array) -> float:
    if len(first) > MOST_POINTS:
        chosen = np.linspace(0, len(first) - 1, MOST_POINTS).astype(np.int64)
        first, second = first[chosen], second[chosen]
    a, b = np.triu_indices(len(first), 1)
    apart = second[a] - second[b]
    far = np.abs(apart) > LEAST_APART * np.ptp(second)
    return float(median((first[a] - first[b])[far] / apart[far])) if far.any() else 1.0
