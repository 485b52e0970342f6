"""How far each measured m/z is from that of its label and adduct, after recalibration.

The instrument's own error, a straight line in m/z for each sample, is removed by a robust fit. What
remains speaks against labels of another mass. If no label of an adduct agrees, the adduct or the
whole column is wrong, which is a matter for a warning and no evidence against the labels.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.computing.median import median
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.names.adducts import Adduct, parse_adduct
from app.analysis.names.masses import masses_da

# A column is calibrated if most of its rows are within this, in ppm; older time-of-flight
# instruments drift by some tens of ppm, and the next label by mass is farther away.
MOST_CALIBRATION_PPM = 60.0
# The share of the rows of an adduct that must agree for it to be the right one.
LEAST_SHARE = 0.5
# A shift or another adduct is reported only if this number of rows shows it.
LEAST_ROWS = 5
# A line in m/z needs this number of rows; fewer share one shift.
LEAST_FOR_LINE = 12
COMMON_ADDUCTS = (
    *("[M-H]-", "[M-2H]2-", "[M-3H]3-", "[M-4H]4-", "[M+HCOO]-", "[M+CH3COO]-", "[M+Cl]-"),
    *("[M+H]+", "[M+2H]2+", "[M+Na]+", "[M+NH4]+", "[M-2H+Na]-", "[M-H2O-H]-"),
)
# Errors of masses have heavier tails than a normal distribution, and no smaller spread than this.
DEGREES = 4.0
LEAST_SD_PPM = 0.3
ROUNDS = 12
# The share of peaks without a right label whose mass is another, and the odds of a label whose
# mass is beyond the tolerance.
OF_ANOTHER_MASS, IMPOSSIBLE = 0.2, 1e-20


class OtherAdduct(NamedTuple):
    """An adduct that hardly any of its ``rows`` (positions) agree with.

    ``better`` is the one that most agree with, or None; ``shift`` is then the median of how much
    higher the m/z are than those of the labels.
    """

    adduct: str
    better: str | None
    shift: float
    rows: Indices


@dataclass(frozen=True, eq=False, repr=False)
class MassErrors:
    """The error (n,) of each m/z in ppm after recalibration, NaN where it cannot be known.

    ``sd_ppm`` is the spread of the errors of right labels, and ``raw_ppm`` the median error before
    the recalibration.
    """

    ppm: Array
    sd_ppm: float
    raw_ppm: float
    others: tuple[OtherAdduct, ...]


def mass_errors(
    mz: Array, adducts: pl.Series, names: pl.DataFrame, species: Indices, sample: Indices
) -> MassErrors:
    """Compare each m/z (n,) with that of its species and adduct."""
    masses = masses_da(names)[species]
    raw, others = np.full(len(mz), np.nan), []
    for text, rows in _rows_by_adduct(adducts):
        adduct, rows = parse_adduct(text), rows[np.isfinite(mz[rows])]
        if adduct is None or not len(rows):
            continue
        raw[rows] = _off_ppm(mz[rows], masses[rows], adduct)
        if len(rows) >= LEAST_ROWS and _agreeing(raw[rows]) < LEAST_SHARE:
            shift = float(median(mz[rows] - mz[rows] / (1 + 1e-6 * raw[rows])))
            better, raw[rows] = _better_adduct(mz[rows], masses[rows], text)
            others.append(OtherAdduct(text, better, shift, rows))
    ppm = _recalibrated(raw, mz, sample)
    near = np.abs(ppm) <= MOST_CALIBRATION_PPM
    sd = 1.4826 * float(median(np.abs(ppm[near]))) if near.any() else LEAST_SD_PPM
    typical = float(median(raw[near])) if near.any() else 0.0
    return MassErrors(ppm, max(sd, LEAST_SD_PPM), typical, tuple(others))


def mass_fit(ppm: Array, sd_ppm: float, tolerance_ppm: float = np.inf) -> Array:
    """How much likelier each error (n,) is with the right mass than without; 1 where NaN.

    Most peaks that a label does not explain have its mass all the same, because it was read from
    it. Beyond the tolerance the label is taken to be wrong.
    """
    if np.isnan(ppm).all():
        return np.ones(len(ppm))
    density = (1 + (ppm / sd_ppm) ** 2 / DEGREES) ** (-(DEGREES + 1) / 2)
    anywhere = sd_ppm / MOST_CALIBRATION_PPM
    fit = density / ((1 - OF_ANOTHER_MASS) * density + OF_ANOTHER_MASS * anywhere)
    fit[np.abs(ppm) > tolerance_ppm] = IMPOSSIBLE
    return np.nan_to_num(fit, nan=1.0)


def _rows_by_adduct(adducts: pl.Series) -> list[tuple[str, Indices]]:
    grouped = adducts.rename("adduct").to_frame().with_row_index("place").drop_nulls("adduct")
    found = grouped.group_by("adduct", maintain_order=True).agg("place")
    return [
        (text, np.array(rows, dtype=np.int64))
        for text, rows in zip(found["adduct"], found["place"], strict=True)
    ]


def _off_ppm(mz: Array, masses: Array, adduct: Adduct) -> Array:
    theory = adduct.mz(0.0) + adduct.molecules / abs(adduct.charge) * masses
    off: Array = 1e6 * (mz / theory - 1)
    return off


def _agreeing(ppm: Array) -> float:
    return float(np.mean(np.abs(ppm) <= MOST_CALIBRATION_PPM))


def _better_adduct(mz: Array, masses: Array, text: str) -> tuple[str | None, Array]:
    """The common adduct that most rows agree with and their errors; None and NaN without one."""
    best, share, found = None, LEAST_SHARE, np.full(len(mz), np.nan)
    for other in COMMON_ADDUCTS:
        adduct = parse_adduct(other)
        if adduct is None or other == text:
            continue
        ppm = _off_ppm(mz, masses, adduct)
        if _agreeing(ppm) > share:
            best, share, found = other, _agreeing(ppm), ppm
    return best, found


def _recalibrated(ppm: Array, mz: Array, sample: Indices) -> Array:
    """The errors less a line in m/z for each sample, fitted with weights of a t distribution."""
    rows = np.flatnonzero(np.abs(ppm) <= MOST_CALIBRATION_PPM)
    if not len(rows):
        return ppm
    samples = int(sample.max()) + 1
    level, slope = _medians(ppm[rows], sample[rows], samples), np.zeros(samples)
    centre = np.full(samples, float(np.mean(mz[rows])))
    for _ in range(ROUNDS):
        off = ppm[rows] - level[sample[rows]] - slope[sample[rows]] * (mz - centre[sample])[rows]
        sd = max(1.4826 * float(median(np.abs(off))), LEAST_SD_PPM)
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
