"""How likely two rows of two programs are one peak: by name, m/z, mass, time and area."""

from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from app.analysis.arbiter.split_peaks import AreaFactor
from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species

# How far apart two rows with other names are at most, in standard deviations of times and areas.
STRICT_SDS = 4.0
# What speaks for two rows to be one peak, as log odds: one name, one measured m/z, one mass of
# names. Another m/z under one name is another ion, and the last choice.
SAME_NAME, SAME_MZ, SAME_MASS, OTHER_ION = 6.0, 6.0, 4.0, -4.0
# Areas of one peak by two programs differ by this factor at least, as log10.
LEAST_AREA_SD, USUAL_AREA_SD = 0.03, 0.1
LEAST_PAIRS = 5
# Differences of areas have the tails of this t distribution.
AREA_DEGREES = 4.0


class Pairs(NamedTuple):
    """Rows of the first and the second table that elute together, as positions (m,)."""

    first: Indices
    second: Indices

    def only(self, which: Mask | Indices) -> "Pairs":
        """Some of the pairs: those of a mask (m,), or those at some positions."""
        return Pairs(self.first[which], self.second[which])


class ComparedPairs(msgspec.Struct, frozen=True, eq=False):
    """What pairs of rows (m,) have in common; NaN where one of the two lacks it.

    ``time_off_min`` is how much later the second row elutes, in minutes, ``log_ratio`` log10 of its
    area over that of the first. ``mz_off_ppm`` and ``mass_off_ppm`` are the differences of the
    measured m/z and of the masses of the names, in ppm.
    """

    has_same_name: Mask
    time_off_min: Array
    log_ratio: Array
    mz_off_ppm: Array
    mass_off_ppm: Array

    def area_factor(self) -> AreaFactor:
        """The factor between the areas of the programs, by the pairs of one name."""
        return AreaFactor(*_factor(self.log_ratio[self.has_same_name]))

    def log_odds(self, sd_min: float, factor: AreaFactor, tolerance_ppm: float) -> Array:
        """The log odds (m,) that two rows are one peak; -inf where they cannot be.

        ``sd_min`` is the standard deviation of the times of one peak, in minutes.
        """
        time_off = self.time_off_min / sd_min
        area_off = np.nan_to_num((self.log_ratio - factor.log10) / factor.sd)
        score = -0.5 * time_off**2
        score -= 0.5 * (AREA_DEGREES + 1) * np.log1p(area_off**2 / AREA_DEGREES)
        is_close = (np.abs(time_off) <= STRICT_SDS) & (np.abs(area_off) <= STRICT_SDS)
        return self._with_identity(score, is_close, tolerance_ppm)

    def _with_identity(self, score: Array, is_close: Mask, tolerance_ppm: float) -> Array:
        """The score with what speaks for one molecule; without any, rows must be close."""
        same = self.has_same_name
        is_measured = np.isfinite(self.mz_off_ppm)
        is_same_mz = self.mz_off_ppm <= tolerance_ppm
        is_same_mass = ~is_measured & (self.mass_off_ppm <= tolerance_ppm)
        score += SAME_NAME * same + SAME_MZ * is_same_mz + SAME_MASS * (is_same_mass & ~same)
        score += OTHER_ION * (is_measured & ~is_same_mz)
        is_known = same | is_same_mz | is_same_mass
        return np.where(is_known | (is_close & ~is_measured), score, -np.inf)


def compare(one: pl.DataFrame, other: pl.DataFrame, pairs: Pairs) -> ComparedPairs:
    """Compare the annotations of two programs pair by pair."""
    mz_one, mz_other = (table["mz"].fill_null(np.nan).to_numpy() for table in (one, other))
    return ComparedPairs(
        has_same_name=_codes(one, other, "known_as", pairs),
        time_off_min=_time_off(one, other, pairs),
        log_ratio=_log_area(other)[pairs.second] - _log_area(one)[pairs.first],
        mz_off_ppm=_ppm(mz_one[pairs.first], mz_other[pairs.second]),
        mass_off_ppm=_ppm(_masses(one)[pairs.first], _masses(other)[pairs.second]),
    )


def _codes(one: pl.DataFrame, other: pl.DataFrame, column: str, pairs: Pairs) -> Mask:
    """Whether both rows of each pair have the same text, which is not empty."""
    first, second = (table[column].fill_null("") for table in (one, other))
    code = pl.concat([first, second]).rank("dense").to_numpy()
    empty = pl.concat([first, second]) == ""
    same: Mask = code[: one.height][pairs.first] == code[one.height :][pairs.second]
    is_named: Mask = ~empty.to_numpy()[: one.height][pairs.first]
    return same & is_named


def _time_off(one: pl.DataFrame, other: pl.DataFrame, pairs: Pairs) -> Array:
    times = (table["time_min"].fill_null(np.nan).to_numpy() for table in (one, other))
    first, second = times
    off: Array = second[pairs.second] - first[pairs.first]
    return off


def _log_area(annotations: pl.DataFrame) -> Array:
    area = annotations["peak_area"].fill_null(np.nan).to_numpy()
    found: Array = np.log10(np.where(area > 0, area, np.nan))
    return found


def _factor(log_ratio: Array) -> tuple[float, float]:
    """The median of the ratios of areas of one name, and their spread."""
    known = log_ratio[np.isfinite(log_ratio)]
    if not len(known):
        return 0.0, USUAL_AREA_SD
    factor = float(median(known))
    if len(known) < LEAST_PAIRS:
        return factor, USUAL_AREA_SD
    return factor, max(SD_OF_MAD * float(median(np.abs(known - factor))), LEAST_AREA_SD)


def _ppm(first: Array, second: Array) -> Array:
    off: Array = 1e6 * np.abs(second / first - 1)
    return off


def _masses(annotations: pl.DataFrame) -> Array:
    """The neutral mass of each annotation, in Da; NaN without a species."""
    known = annotations["species"].drop_nulls().unique().to_list()
    masses = {name: mass_da(parse_species(name)) for name in known}
    found = [masses.get(name, np.nan) for name in annotations["species"]]
    return np.array(found, dtype=np.float64)
