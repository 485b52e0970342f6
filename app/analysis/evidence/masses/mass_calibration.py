"""Remove the instrument's own error from the m/z of a table: a straight line for each sample."""

import numpy as np
import polars as pl

from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.evidence.array_types import Array, Indices

# A column is calibrated if most of its rows are within this, in ppm; older time-of-flight
# instruments drift by some tens of ppm, and the next label by mass is farther away.
MOST_CALIBRATION_PPM = 60.0
# A line in m/z needs this number of rows; fewer share one shift.
LEAST_FOR_LINE = 12
# Errors of masses have heavier tails than a normal distribution, and no smaller spread than this.
DEGREES = 4.0
LEAST_SD_PPM = 0.3
ROUNDS = 12


def recalibrated(ppm: Array, mz: Array, sample: Indices) -> Array:
    """The errors less a line in m/z for each sample, fitted with weights of a t distribution."""
    rows = np.flatnonzero(np.abs(ppm) <= MOST_CALIBRATION_PPM)
    if not len(rows):
        return ppm
    samples = int(sample.max()) + 1
    level, slope = _medians(ppm[rows], sample[rows], samples), np.zeros(samples)
    centre = np.full(samples, float(np.mean(mz[rows])))
    for _ in range(ROUNDS):
        off = ppm[rows] - level[sample[rows]] - slope[sample[rows]] * (mz - centre[sample])[rows]
        sd = max(SD_OF_MAD * float(median(np.abs(off))), LEAST_SD_PPM)
        weight = (DEGREES + 1) / (DEGREES + (off / sd) ** 2)
        weight[np.abs(off) > 5 * sd] = 0.0
        level, slope, centre = _lines(ppm[rows], mz[rows], weight, sample[rows], samples)
    found: Array = ppm - level[sample] - slope[sample] * (mz - centre[sample])
    return found


def _medians(values: Array, sample: Indices, samples: int) -> Array:
    frame = (
        pl.DataFrame({"sample": sample, "value": values})
        .group_by("sample")
        .agg(pl.col("value").median())
    )
    medians = np.zeros(samples)
    medians[frame["sample"].to_numpy()] = frame["value"].to_numpy()
    return medians


def _lines(
    ppm: Array, mz: Array, weight: Array, sample: Indices, samples: int
) -> tuple[Array, Array, Array]:
    """Level, slope and centre of the weighted line of each sample."""

    def total(values: Array) -> Array:
        return np.bincount(sample, values, samples).astype(np.float64)

    count = np.maximum(total(weight), 1e-9)
    centre, level = total(weight * mz) / count, total(weight * ppm) / count
    apart = mz - centre[sample]
    spread = total(weight * apart**2)
    slope = np.where(
        (total((weight > 0).astype(np.float64)) >= LEAST_FOR_LINE) & (spread > 0),
        total(weight * apart * ppm) / np.maximum(spread, 1e-9),
        0.0,
    )
    return level, slope, centre
