"""How far each measured m/z is from that of its label and adduct, after recalibration.

The instrument's own error, a straight line in m/z for each sample, is removed by a robust fit. What
remains speaks against labels of another mass. If no label of an adduct agrees, the adduct, the
whole column or the names are wrong (``names_by_mass``), and the m/z are no evidence for or against
single labels.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.computing.numbered_texts import numbered
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.masses.mass_calibration import (
    DEGREES,
    LEAST_SD_PPM,
    MOST_CALIBRATION_PPM,
    recalibrated,
)
from app.analysis.evidence.masses.names_by_mass import MisnamedClasses, misnamed_classes
from app.analysis.names.cells.adducts import Adduct, parse_adduct
from app.analysis.names.masses import masses_da

# The share of the rows of an adduct that must agree for it to be the right one.
LEAST_SHARE = 0.5
# A shift or another adduct is reported only if this number of rows shows it.
LEAST_ROWS = 5
COMMON_ADDUCTS = (
    *("[M-H]-", "[M-2H]2-", "[M-3H]3-", "[M-4H]4-", "[M+HCOO]-", "[M+CH3COO]-", "[M+Cl]-"),
    *("[M+H]+", "[M+2H]2+", "[M+Na]+", "[M+NH4]+", "[M-2H+Na]-", "[M-H2O-H]-"),
)
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


class MassErrors(msgspec.Struct, frozen=True, eq=False):
    """The error (n,) of each m/z in ppm after recalibration, NaN where it cannot be known.

    ``sd_ppm`` is the spread of the errors of right labels, and ``raw_ppm`` the median error before
    the recalibration. ``misnamed`` are the classes whose names have another mass; their adducts are
    not among the ``others``.
    """

    ppm: Array
    sd_ppm: float
    raw_ppm: float
    others: tuple[OtherAdduct, ...]
    misnamed: tuple[MisnamedClasses, ...] = ()


def mass_errors(
    mz: Array, adducts: pl.Series, names: pl.DataFrame, species: Indices, sample: Indices
) -> MassErrors:
    """Compare each m/z (n,) with that of its species and adduct."""
    masses = masses_da(names)[species]
    raw, off_da, others = np.full(len(mz), np.nan), np.full(len(mz), np.nan), []
    for text, rows in _rows_by_adduct(adducts):
        adduct, rows = parse_adduct(text), rows[np.isfinite(mz[rows])]
        if adduct is None or not len(rows):
            continue
        raw[rows] = off_ppm(mz[rows], masses[rows], adduct)
        off_da[rows] = _neutral_da(mz[rows], adduct) - masses[rows]
        if len(rows) >= LEAST_ROWS and _agreeing(raw[rows]) < LEAST_SHARE:
            shift = float(median(mz[rows] - mz[rows] / (1 + 1e-6 * raw[rows])))
            better, raw[rows] = _better_adduct(mz[rows], masses[rows], text)
            others.append(OtherAdduct(text, better, shift, rows))
    core = numbered(names["core"])[0][species]
    reach_da = 1e-6 * MOST_CALIBRATION_PPM * masses
    misnamed = misnamed_classes(off_da, reach_da, core, _explained(others, mz, masses))
    others = _not_misnamed(others, misnamed, raw)
    ppm = recalibrated(raw, mz, sample)
    near = np.abs(ppm) <= MOST_CALIBRATION_PPM
    sd = SD_OF_MAD * float(median(np.abs(ppm[near]))) if near.any() else LEAST_SD_PPM
    typical = float(median(raw[near])) if near.any() else 0.0
    return MassErrors(ppm, max(sd, LEAST_SD_PPM), typical, tuple(others), misnamed)


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


def off_ppm(mz: Array, masses: Array, adduct: Adduct) -> Array:
    """How far m/z (n,) are from those of an adduct of molecules of some masses in Da, in ppm."""
    theory = adduct.mz(0.0) + adduct.molecules / abs(adduct.charge) * masses
    off: Array = 1e6 * (mz / theory - 1)
    return off


def _neutral_da(mz: Array, adduct: Adduct) -> Array:
    """The masses of the molecules whose adducts have some m/z, in Da."""
    mass: Array = (mz - adduct.mz(0.0)) * abs(adduct.charge) / adduct.molecules
    return mass


def _agreeing(ppm: Array) -> float:
    return float(np.mean(np.abs(ppm) <= MOST_CALIBRATION_PPM))


def _better_adduct(mz: Array, masses: Array, text: str) -> tuple[str | None, Array]:
    """The common adduct that most rows agree with and their errors; None and NaN without one."""
    best, share, found = None, LEAST_SHARE, np.full(len(mz), np.nan)
    for other, ppm in _by_other_adducts(mz, masses, text):
        if _agreeing(ppm) > share:
            best, share, found = other, _agreeing(ppm), ppm
    return best, found


def _by_other_adducts(mz: Array, masses: Array, text: str) -> Iterator[tuple[str, Array]]:
    """Each common adduct but one, and the errors of some m/z (n,) by it."""
    for other in COMMON_ADDUCTS:
        adduct = parse_adduct(other)
        if adduct is not None and other != text:
            yield other, off_ppm(mz, masses, adduct)


def _explained(others: list[OtherAdduct], mz: Array, masses: Array) -> Mask:
    """Which peaks (n,) have a wrong adduct, and another one that explains their m/z.

    It is the one that most rows agree with better. Where charges differ, none may be: then each
    peak has its own.
    """
    found = np.zeros(len(mz), dtype=np.bool_)
    for other in others:
        rows = other.rows
        if other.better is not None:
            found[rows] = True
            continue
        for _, ppm in _by_other_adducts(mz[rows], masses[rows], other.adduct):
            found[rows] |= np.abs(ppm) <= MOST_CALIBRATION_PPM
    return found


def _not_misnamed(
    others: list[OtherAdduct], misnamed: tuple[MisnamedClasses, ...], raw: Array
) -> list[OtherAdduct]:
    """The other adducts but for those most of whose rows are misnamed, whose errors become NaN."""
    is_misnamed = np.zeros(len(raw), dtype=np.bool_)
    for one in misnamed:
        is_misnamed[one.rows] = True
    left = []
    for other in others:
        if is_misnamed[other.rows].mean() < LEAST_SHARE:
            left.append(other)
        else:
            raw[other.rows] = np.nan
    return left
