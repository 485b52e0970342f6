"""Which rows of a program are parts of one peak that the other program did not split."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.arbiter.near_pairs import near_pairs

# The areas of the parts add up to that of the peak within this many standard deviations, and the
# larger part alone is further off.
SUM_SDS = 3.0
# Parts of one peak are never a smaller share of it; a smaller row is a peak of its own.
LEAST_PART = 0.05


class AreaFactor(NamedTuple):
    """log10 of the areas of the second program over those of the first, and its SD."""

    log10: float
    sd: float


class Tolerances(NamedTuple):
    """How far apart two rows of one peak are at most: in minutes, and in ppm of the m/z."""

    time_min: float
    mass_ppm: float


class _Side(NamedTuple):
    """The rows of one program and of the other, and log10 of the areas of the latter over its."""

    name: str
    other_name: str
    own: pl.DataFrame
    others: pl.DataFrame
    log_factor: float


def parts_of_splits(
    one: pl.DataFrame,
    other: pl.DataFrame,
    peaks: pl.DataFrame,
    factor: AreaFactor,
    tolerances: Tolerances,
) -> pl.DataFrame:
    """Add to peaks the rows of a program that split them, as ``parts_one`` and ``parts_two``.

    A part is a row that only one program has, near a matched peak of the same species and ion whose
    area it completes. It is no peak of its own any more.

    Raises:
        NotOneRunError: too many rows elute at the same time.
    """
    gone: list[int] = []
    for side in (
        _Side("one", "two", one, other, factor.log10),
        _Side("two", "one", other, one, -factor.log10),
    ):
        found = _parts(peaks, side, SUM_SDS * factor.sd, tolerances)
        peaks = _with_parts(peaks, found, f"parts_{side.name}")
        gone += found["alone"].to_list()
    rest = peaks.filter(~pl.col("peak").is_in(gone))
    return rest.drop("peak").with_row_index("peak", offset=1)


def _parts(
    peaks: pl.DataFrame, side: _Side, most_off: float, tolerances: Tolerances
) -> pl.DataFrame:
    """The parts of matched peaks: ``peak``, the ``row`` of the part, the peak ``alone`` it was."""
    return pl.DataFrame(
        list(_chosen(_candidates(peaks, side, tolerances), most_off)),
        schema={"peak": peaks["peak"].dtype, "row": side.own["row"].dtype, "alone": pl.UInt32},
        orient="row",
    )


def _with_parts(peaks: pl.DataFrame, found: pl.DataFrame, name: str) -> pl.DataFrame:
    """The peaks with a list of the rows of their parts, which is empty for most."""
    in_order = found.sort("row").group_by("peak", maintain_order=True)
    lists = in_order.agg(pl.col("row").alias(name))
    joined = peaks.join(lists, on="peak", how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null([]))


def _candidates(peaks: pl.DataFrame, side: _Side, tolerances: Tolerances) -> pl.DataFrame:
    """Rows of one program that can be parts of a matched peak, the largest of each peak first.

    ``row`` was the peak ``alone``; ``main`` is the area of the matched row, and ``whole`` that of
    the other program in the same unit.
    """
    mine = f"row_{side.name}"
    alone, matched = _alone_and_matched(peaks, side)
    pairs = near_pairs(alone, matched, ["sample", "known_as"], tolerances.time_min)
    total = pl.col("peak_area") + pl.col("peak_area_other")
    is_large = pl.col("peak_area") >= LEAST_PART * total
    return (
        pairs.filter(_is_one_ion(tolerances.mass_ppm), is_large)
        .select(
            *(pl.col("peak_other").alias("peak"), pl.col(mine).alias("row")),
            *(pl.col("peak").alias("alone"), "whole", "peak_area"),
            main="peak_area_other",
        )
        .sort("peak", pl.col("peak_area"), "row", descending=[False, True, False])
    )


def _alone_and_matched(peaks: pl.DataFrame, side: _Side) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The named rows of a program that it alone has, and those that both programs have."""
    mine, theirs = f"row_{side.name}", f"row_{side.other_name}"
    columns = ("sample", "known_as", "time_min", "peak_area", "mz", "adduct")
    of_own = side.own.filter(pl.col("known_as") != "", pl.col("peak_area") > 0)
    placed = peaks.select("peak", mine, theirs).join(
        of_own.select(pl.col("row").alias(mine), *columns), on=mine
    )
    of_others = side.others.filter(pl.col("peak_area") > 0).select(
        pl.col("row").alias(theirs), whole=pl.col("peak_area") / 10**side.log_factor
    )
    alone = placed.filter(pl.col(theirs).is_null())
    return alone, placed.filter(pl.col(theirs).is_not_null()).join(of_others, on=theirs)


def _is_one_ion(ppm: float) -> pl.Expr:
    """Whether both rows have one m/z, or may have one adduct where one has no m/z."""
    off = 1e6 * (pl.col("mz") / pl.col("mz_other") - 1).abs()
    is_one_adduct = pl.col("adduct") == pl.col("adduct_other")
    return pl.coalesce(off <= ppm, is_one_adduct).fill_null(value=True)


def _chosen(candidates: pl.DataFrame, most_off: float) -> Iterator[tuple[int, int, int]]:
    """The peak, row and former peak of each part.

    A part is added as long as the sum comes nearer to the whole; the sum must reach it.
    """
    taken: set[int] = set()
    columns = candidates.select("peak", "row", "alone", "whole", "main", "peak_area")
    for peak, group in groupby(columns.iter_rows(), key=lambda each: each[0]):
        parts: list[tuple[int, int, int]] = []
        total = None
        for _, row, alone, whole, main, area in group:
            total = main if total is None else total
            is_nearer = abs(np.log10((total + area) / whole)) < abs(np.log10(total / whole))
            if row not in taken and is_nearer:
                total += area
                parts.append((peak, row, alone))
        if parts and abs(np.log10(total / whole)) <= most_off:
            taken.update(row for _, row, _ in parts)
            yield from parts
