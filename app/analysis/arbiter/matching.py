"""Match the rows of two programs: the same peak of the same sample, by mass or name, and time."""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.arbiter.near_pairs import near_pairs
from app.analysis.arbiter.samples import with_samples_of_first
from app.analysis.arbiter.split_peaks import parts_of_splits
from app.analysis.arbiter.time_axis import NORMAL_MAD, TimeAxis, time_axis, tolerance_of
from app.analysis.computing.median import median
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species

# How far apart two rows of one peak are at most, in standard deviations of the times, and with
# other names in those of times and areas too.
GATE_SDS, STRICT_SDS = 6.0, 4.0
# What speaks for two rows to be one peak, as log odds: one name, one measured m/z, one mass of
# names. Another m/z under one name is another ion, and the last choice.
SAME_NAME, SAME_MZ, SAME_MASS, OTHER_ION = 6.0, 6.0, 4.0, -4.0
# Areas of one peak by two programs differ by this factor at least, as log10.
LEAST_AREA_SD, USUAL_AREA_SD = 0.03, 0.1
LEAST_PAIRS = 5
# Differences of areas have the tails of this t distribution.
AREA_DEGREES = 4.0


class Matched(NamedTuple):
    """The peaks of two tables: ``peaks`` has one row for each, with ``row_one`` and ``row_two``.

    One of the two is null where one program alone has the peak. ``parts_one`` and ``parts_two``
    list further rows of a program that split the peak. ``log_factor`` is log10 of the areas of the
    second program over those of the first, +- ``area_sd``. ``one`` and ``other`` are the
    annotations, with the samples of the first table, and ``time_min`` on its axis.
    """

    one: pl.DataFrame
    other: pl.DataFrame
    peaks: pl.DataFrame
    axis: TimeAxis
    log_factor: float
    area_sd: float


class _Pairs(NamedTuple):
    """Rows of the first and the second table that elute together, as positions (m,)."""

    first: Indices
    second: Indices

    def only(self, which: Mask | Indices) -> "_Pairs":
        return _Pairs(self.first[which], self.second[which])


def match(
    one: pl.DataFrame, other: pl.DataFrame, tolerance_min: float, tolerance_ppm: float
) -> Matched:
    """Match the annotations of two programs (``annotations``); no row is lost.

    ``tolerance_min`` is the largest difference of times within one peak, ``tolerance_ppm`` that of
    masses.

    Raises:
        NotOneRunError: they are not tables of one run, or too many rows elute at the same time.
    """
    one, other = with_samples_of_first(one, other)
    tolerance_min = tolerance_of(one, tolerance_min)
    axis = time_axis(one, other, tolerance_min)
    one = one.with_columns(time_min=pl.col("rt_min"))
    other = other.with_columns(time_min=axis.shift_min + axis.scale * pl.col("rt_min"))
    gate = min(GATE_SDS * axis.sd_min, tolerance_min)
    pairs = _near(one, other, gate)
    same = _codes(one, other, "known_as", pairs)
    log_ratio = _log_area(other)[pairs.second] - _log_area(one)[pairs.first]
    factor, area_sd = _factor(log_ratio[same])
    area_off = np.nan_to_num((log_ratio - factor) / area_sd)
    time_off = _time_off(one, other, pairs) / axis.sd_min
    score = _score(one, other, pairs, same, time_off, area_off, tolerance_ppm)
    first, second = _best(pairs, score, one.height, other.height)
    peaks = _peaks(one, other, first, second)
    tolerances = (tolerance_min, tolerance_ppm)
    peaks = parts_of_splits(one, other, peaks, (factor, area_sd), tolerances)
    return Matched(one, other, peaks, axis, factor, area_sd)


def _near(one: pl.DataFrame, other: pl.DataFrame, gate_min: float) -> _Pairs:
    """All pairs of rows of one sample within the gate."""
    first, second = (
        table.with_row_index("at").select("at", "sample", "time_min") for table in (one, other)
    )
    near = near_pairs(first, second, ["sample"], gate_min).sort("at", "at_other")
    return _Pairs(*(near[name].cast(pl.Int64).to_numpy() for name in ("at", "at_other")))


def _codes(one: pl.DataFrame, other: pl.DataFrame, column: str, pairs: _Pairs) -> Mask:
    """Whether both rows of each pair have the same text, which is not empty."""
    first, second = (table[column].fill_null("") for table in (one, other))
    code = pl.concat([first, second]).rank("dense").to_numpy()
    empty = pl.concat([first, second]) == ""
    same: Mask = code[: one.height][pairs.first] == code[one.height :][pairs.second]
    is_named: Mask = ~empty.to_numpy()[: one.height][pairs.first]
    return same & is_named


def _time_off(one: pl.DataFrame, other: pl.DataFrame, pairs: _Pairs) -> Array:
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
    return factor, max(NORMAL_MAD * float(median(np.abs(known - factor))), LEAST_AREA_SD)


def _score(
    one: pl.DataFrame,
    other: pl.DataFrame,
    pairs: _Pairs,
    same: Mask,
    time_off: Array,
    area_off: Array,
    tolerance_ppm: float,
) -> Array:
    """The log odds (m,) that two rows are one peak; -inf where they cannot be."""
    mz_one, mz_other = (table["mz"].fill_null(np.nan).to_numpy() for table in (one, other))
    off_ppm = _ppm(mz_one[pairs.first], mz_other[pairs.second])
    mass_ppm = _ppm(_masses(one)[pairs.first], _masses(other)[pairs.second])
    is_measured, is_same_mz = np.isfinite(off_ppm), off_ppm <= tolerance_ppm
    is_same_mass = ~is_measured & (mass_ppm <= tolerance_ppm)
    score = -0.5 * time_off**2
    score -= 0.5 * (AREA_DEGREES + 1) * np.log1p(area_off**2 / AREA_DEGREES)
    score += SAME_NAME * same + SAME_MZ * is_same_mz + SAME_MASS * (is_same_mass & ~same)
    score += OTHER_ION * (is_measured & ~is_same_mz)
    is_known = same | is_same_mz | is_same_mass
    is_close = (np.abs(time_off) <= STRICT_SDS) & (np.abs(area_off) <= STRICT_SDS) & ~is_measured
    return np.where(is_known | is_close, score, -np.inf)


def _ppm(first: Array, second: Array) -> Array:
    off: Array = 1e6 * np.abs(second / first - 1)
    return off


def _masses(annotations: pl.DataFrame) -> Array:
    """The neutral mass of each annotation, in Da; NaN without a species."""
    known = annotations["species"].drop_nulls().unique().to_list()
    masses = {name: mass_da(parse_species(name)) for name in known}
    found = [masses.get(name, np.nan) for name in annotations["species"]]
    return np.array(found, dtype=np.float64)


def _best(pairs: _Pairs, score: Array, ones: int, others: int) -> tuple[Indices, Indices]:
    """The pairs with the best scores, each row in one at most."""
    order = np.lexsort((pairs.second, pairs.first, -score))
    order = order[np.isfinite(score[order])]
    is_free, is_free_other = np.ones(ones, dtype=np.bool_), np.ones(others, dtype=np.bool_)
    chosen = []
    for place, first, second in zip(order, *pairs.only(order), strict=True):
        if is_free[first] and is_free_other[second]:
            is_free[first] = is_free_other[second] = False
            chosen.append(place)
    return pairs.only(np.array(chosen, dtype=np.int64))


def _peaks(one: pl.DataFrame, other: pl.DataFrame, first: Indices, second: Indices) -> pl.DataFrame:
    """One row for each peak, by sample and time; what was not matched stands alone."""
    both = pl.DataFrame(
        {"row_one": one["row"].gather(first), "row_two": other["row"].gather(second)}
    )
    alone = one.select(row_one="row").join(both, on="row_one", how="anti")
    alone_other = other.select(row_two="row").join(both, on="row_two", how="anti")
    peaks = pl.concat([both, alone, alone_other], how="diagonal")
    for annotations, row in ((one, "row_one"), (other, "row_two")):
        of_row = annotations.select(pl.col("row").alias(row), "sample", "time_min")
        peaks = peaks.join(of_row, on=row, how="left", suffix=f"_{row}", maintain_order="left")
    return (
        peaks.select(
            "row_one",
            "row_two",
            sample=pl.coalesce("sample", "sample_row_two"),
            time_min=pl.coalesce("time_min", "time_min_row_two"),
        )
        .sort("sample", "time_min", "row_one", "row_two", nulls_last=True)
        .with_row_index("peak", offset=1)
    )
