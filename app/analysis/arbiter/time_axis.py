"""How the retention times of a second program become those of the first: a straight line.

Two programs pick the peaks of one run, so their times differ by a shift and a scale at most, and by
the noise of picking.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.evidence.array_types import Array, Mask
from app.analysis.model.law.time_scale import usable_tolerance

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
INLIER_SDS = 4.0
# The 5 to 95 % range of the times of porcine brain, in minutes; fewer rows show no range.
USUAL_RANGE_MIN, LEAST_FOR_RANGE = 5.0, 12
LEAST_SCALE = 0.01


class TimeAxis(NamedTuple):
    """Times of the first program are ``shift_min + scale * times`` of the second, +- ``sd_min``."""

    shift_min: float
    scale: float
    sd_min: float

    def of_first(self, times_min: Array) -> Array:
        """Times of the second program as the first has them, in minutes."""
        return self.shift_min + self.scale * times_min


def time_axis(one: pl.DataFrame, other: pl.DataFrame, tolerance_min: float) -> TimeAxis:
    """Find the line by the species of which both tables have as many peaks in a sample.

    ``tolerance_min`` is the largest difference of times within one peak.

    Raises:
        NotOneRunError: they have too few species in common, or no line fits their times.
    """
    on = ["sample", "known_as", "peaks", "place"]
    pairs = _in_order(one).join(_in_order(other), on=on, suffix="_other")
    if pairs.height < LEAST_COMMON:
        raise NotOneRunError(
            f"The two tables have {pairs.height} peaks of the same species in common, and at least "
            f"{LEAST_COMMON} are needed to compare their times. Choose two tables of one run."
        )
    first, second = pairs["rt_min"].to_numpy(), pairs["rt_min_other"].to_numpy()
    axis = _line(first, second, tolerance_min)
    if axis.sd_min > MOST_SPREAD * tolerance_min:
        raise NotOneRunError(
            f"The retention times of the {pairs.height} peaks in common differ by more than a "
            f"shift and a scale: what is left is {axis.sd_min:.3f} min (standard deviation). "
            "Choose two tables of one run."
        )
    return axis


def tolerance_of(annotations: pl.DataFrame, tolerance_min: float) -> float:
    """The tolerance, or the usual one of a table of this length if it cannot be meant."""
    times = annotations["rt_min"].drop_nulls().to_numpy()
    times = times[np.isfinite(times)]
    if len(times) < LEAST_FOR_RANGE:
        return tolerance_min
    low, high = np.quantile(times, [0.05, 0.95])
    return usable_tolerance(tolerance_min, max(float(high - low) / USUAL_RANGE_MIN, LEAST_SCALE))


def _in_order(annotations: pl.DataFrame) -> pl.DataFrame:
    """The peaks of each species in their order, with how many there are in the sample."""
    usable = annotations.filter(pl.col("rt_min").is_finite() & pl.col("species").is_not_null())
    of_species = ("sample", "known_as")
    return usable.select(
        *of_species,
        "rt_min",
        peaks=pl.len().over(of_species),
        place=pl.col("rt_min").rank("ordinal").over(of_species),
    )


def _line(first: Array, second: Array, tolerance_min: float) -> TimeAxis:
    """The slope of Theil (1950) and Sen (1968), then least squares over what lies near it."""
    scale = _median_slope(first, second) if len(first) >= LEAST_FOR_SCALE else 1.0
    shift = float(median(first - scale * second))
    off = first - shift - scale * second
    least = LEAST_SPREAD * tolerance_min
    sd = max(SD_OF_MAD * float(median(np.abs(off))), least)
    near: Mask = np.abs(off) <= INLIER_SDS * sd
    if len(first) >= LEAST_FOR_SCALE and np.ptp(second[near]) > 0:
        scale, shift = (float(each) for each in np.polyfit(second[near], first[near], 1))
    off = np.abs(first - shift - scale * second)
    return TimeAxis(shift, scale, max(SD_OF_MAD * float(median(off)), least))


def _median_slope(first: Array, second: Array) -> float:
    if len(first) > MOST_POINTS:
        chosen = np.linspace(0, len(first) - 1, MOST_POINTS).astype(np.int64)
        first, second = first[chosen], second[chosen]
    a, b = np.triu_indices(len(first), 1)
    apart = second[a] - second[b]
    far = np.abs(apart) > LEAST_APART * np.ptp(second)
    return float(median((first[a] - first[b])[far] / apart[far])) if far.any() else 1.0
