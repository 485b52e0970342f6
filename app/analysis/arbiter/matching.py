"""Match the rows of two programs: the same peak of the same sample, by mass or name, and time."""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.arbiter.near_pairs import near_pairs
from app.analysis.arbiter.pair_scores import Pairs, compare
from app.analysis.arbiter.samples import with_samples_of_first
from app.analysis.arbiter.split_peaks import Tolerances, parts_of_splits
from app.analysis.arbiter.time_axis import TimeAxis, time_axis, tolerance_of
from app.analysis.evidence.array_types import Array, Indices

# How far apart two rows of one peak are at most, in standard deviations of the times.
GATE_SDS = 6.0


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
    pairs = _near(one, other, min(GATE_SDS * axis.sd_min, tolerance_min))
    compared = compare(one, other, pairs)
    factor = compared.area_factor()
    score = compared.log_odds(axis.sd_min, factor, tolerance_ppm)
    peaks = _peaks(one, other, *_best(pairs, score, one.height, other.height))
    tolerances = Tolerances(tolerance_min, tolerance_ppm)
    peaks = parts_of_splits(one, other, peaks, factor, tolerances)
    return Matched(one, other, peaks, axis, *factor)


def _near(one: pl.DataFrame, other: pl.DataFrame, gate_min: float) -> Pairs:
    """All pairs of rows of one sample within the gate."""
    first, second = (
        table.with_row_index("at").select("at", "sample", "time_min") for table in (one, other)
    )
    near = near_pairs(first, second, ["sample"], gate_min).sort("at", "at_other")
    return Pairs(*(near[name].cast(pl.Int64).to_numpy() for name in ("at", "at_other")))


def _best(pairs: Pairs, score: Array, ones: int, others: int) -> tuple[Indices, Indices]:
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
