"""Which rows of a program are parts of one peak that the other program did not split."""

import polars as pl

# The areas of the parts add up to that of the peak within this many standard deviations, and the
# larger part alone does not.
SUM_SDS = 3.0
# Parts of one peak are never a smaller share of it; a smaller row is a peak of its own.
LEAST_PART = 0.05


def parts_of_splits(
    one: pl.DataFrame,
    other: pl.DataFrame,
    peaks: pl.DataFrame,
    _axis: object,
    log_factor: float,
    area_sd: float,
    tolerance_min: float,
) -> pl.DataFrame:
    """Add to peaks the rows of a program that split them, as ``parts_one`` and ``parts_two``.

    A part is a row that only one program has, near a matched peak of the same name whose area it
    completes. It is no peak of its own any more.
    """
    sides = (("one", one, other, log_factor), ("two", other, one, -log_factor))
    gone: list[int] = []
    for side, own, others, factor in sides:
        found = _parts(peaks, side, own, others, factor, SUM_SDS * area_sd, tolerance_min)
        lists = found.group_by("peak", maintain_order=True).agg(
            pl.col("row").alias(f"parts_{side}")
        )
        peaks = peaks.join(lists, on="peak", how="left", maintain_order="left")
        gone += found["alone"].to_list()
    return (
        peaks.filter(~pl.col("peak").is_in(gone))
        .with_columns(pl.col("parts_one", "parts_two").fill_null([]))
        .drop("peak")
        .with_row_index("peak", offset=1)
    )


def _parts(
    peaks: pl.DataFrame,
    side: str,
    own: pl.DataFrame,
    others: pl.DataFrame,
    log_factor: float,
    most_off: float,
    tolerance_min: float,
) -> pl.DataFrame:
    """The rows of one program that are parts: the peak, the row, and the peak it was alone."""
    mine, theirs = f"row_{side}", "row_two" if side == "one" else "row_one"
    columns = ("sample", "known_as", "time_min", "peak_area", "mz")
    of_own = own.select(pl.col("row").alias(mine), *columns)
    whole = others.select(pl.col("row").alias(theirs), whole="peak_area")
    placed = peaks.select("peak", mine, theirs).join(of_own, on=mine, maintain_order="left")
    alone = placed.filter(pl.col(theirs).is_null()).rename({mine: "row", "peak": "alone"})
    matched = placed.filter(pl.col(theirs).is_not_null()).join(whole, on=theirs)
    pairs = alone.drop(theirs).join(matched, on=["sample", "known_as"], suffix="_main")
    total = pl.col("peak_area") + pl.col("peak_area_main")
    off = (pl.col("whole").log10() - log_factor - total.log10()).abs()
    of_main = (pl.col("whole").log10() - log_factor - pl.col("peak_area_main").log10()).abs()
    return (
        pairs.filter(
            (pl.col("time_min") - pl.col("time_min_main")).abs() <= tolerance_min,
            pl.col("peak_area") >= LEAST_PART * total,
            off <= most_off,
            off < of_main,
        )
        .sort("row", (pl.col("time_min") - pl.col("time_min_main")).abs())
        .unique("row", keep="first", maintain_order=True)
        .select("peak", "row", "alone")
    )
