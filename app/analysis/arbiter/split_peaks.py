"""Which rows of a program are parts of one peak that the other program did not split."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import polars as pl

from app.analysis.arbiter.near_pairs import near_pairs

# The areas of the parts add up to that of the peak within this many standard deviations, and the
# larger part alone is further off.
SUM_SDS = 3.0
# Parts of one peak are never a smaller share of it; a smaller row is a peak of its own.
LEAST_PART = 0.05


def parts_of_splits(
    one: pl.DataFrame,
    other: pl.DataFrame,
    peaks: pl.DataFrame,
    areas: tuple[float, float],
    tolerances: tuple[float, float],
) -> pl.DataFrame:
    """Add to peaks the rows of a program that split them, as ``parts_one`` and ``parts_two``.

    A part is a row that only one program has, near a matched peak of the same species and ion whose
    area it completes. It is no peak of its own any more. ``areas`` are log10 of the factor between
    the areas of the programs and its standard deviation, ``tolerances`` those of times in minutes
    and of masses in ppm.

    Raises:
        NotOneRunError: too many rows elute at the same time.
    """
    log_factor, area_sd = areas
    sides = (("one", one, other, log_factor), ("two", other, one, -log_factor))
    gone: list[int] = []
    for side, own, others, factor in sides:
        candidates = _candidates(peaks, side, own, others, factor, tolerances)
        found = pl.DataFrame(
            list(_chosen(candidates, SUM_SDS * area_sd)),
            schema={"peak": peaks["peak"].dtype, "row": own["row"].dtype, "alone": pl.UInt32},
            orient="row",
        )
        lists = (
            found.sort("row")
            .group_by("peak", maintain_order=True)
            .agg(pl.col("row").alias(f"parts_{side}"))
        )
        peaks = peaks.join(lists, on="peak", how="left", maintain_order="left")
        gone += found["alone"].to_list()
    return (
        peaks.filter(~pl.col("peak").is_in(gone))
        .with_columns(pl.col("parts_one", "parts_two").fill_null([]))
        .drop("peak")
        .with_row_index("peak", offset=1)
    )


def _candidates(
    peaks: pl.DataFrame,
    side: str,
    own: pl.DataFrame,
    others: pl.DataFrame,
    log_factor: float,
    tolerances: tuple[float, float],
) -> pl.DataFrame:
    """Rows of one program that can be parts of a matched peak, the largest of each peak first.

    ``row`` was the peak ``alone``; ``main`` is the area of the matched row, and ``whole`` that of
    the other program in the same unit.
    """
    mine, theirs = f"row_{side}", "row_two" if side == "one" else "row_one"
    columns = ("sample", "known_as", "time_min", "peak_area", "mz", "adduct")
    of_own = own.filter(pl.col("known_as") != "", pl.col("peak_area") > 0)
    whole = pl.col("peak_area") / 10**log_factor
    of_others = others.filter(pl.col("peak_area") > 0).select(
        pl.col("row").alias(theirs), whole=whole
    )
    placed = peaks.select("peak", mine, theirs).join(
        of_own.select(pl.col("row").alias(mine), *columns), on=mine
    )
    alone = placed.filter(pl.col(theirs).is_null())
    matched = placed.filter(pl.col(theirs).is_not_null()).join(of_others, on=theirs)
    within, ppm = tolerances
    pairs = near_pairs(alone, matched, ["sample", "known_as"], within)
    total = pl.col("peak_area") + pl.col("peak_area_other")
    return (
        pairs.filter(_is_one_ion(ppm), pl.col("peak_area") >= LEAST_PART * total)
        .select(
            *(pl.col("peak_other").alias("peak"), pl.col(mine).alias("row")),
            *(pl.col("peak").alias("alone"), "whole", "peak_area"),
            main="peak_area_other",
        )
        .sort("peak", pl.col("peak_area"), "row", descending=[False, True, False])
    )


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
