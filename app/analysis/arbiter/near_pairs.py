"""Pairs of rows of two tables that elute at nearly the same time."""

import polars as pl

from app.analysis.arbiter.errors import NotOneRunError

# More would take more memory and time than the process that matches the rows may have.
MOST_PAIRS = 2_000_000


def near_pairs(
    one: pl.DataFrame, other: pl.DataFrame, on: list[str], within: float
) -> pl.DataFrame:
    """All pairs of rows with equal ``on`` whose ``time_min`` differ by ``within`` at most.

    ``on`` has columns without nulls; the columns of the second table end in ``_other``. Rows
    without a time are in no pair.

    Raises:
        NotOneRunError: there would be more than ``MOST_PAIRS``.
    """
    first, second = (_with_cells(table, within) for table in (one, other))
    # Each row is joined with the rows of its cell of time and of the two beside it.
    second = pl.concat([second.with_columns(pl.col("cell") + step) for step in (-1, 0, 1)])
    keys = [*on, "cell"]
    sizes = first.group_by(keys).len().join(second.group_by(keys).len(), on=keys)
    number = int(sizes.select((pl.col("len").cast(pl.Int64) * pl.col("len_right")).sum()).item())
    if number > MOST_PAIRS:
        raise NotOneRunError(
            f"Too many rows of the two tables elute at the same time to tell which are one peak: "
            f"{number:,} pairs of rows, and at most {MOST_PAIRS:,} are compared. See that the "
            "retention times are not rounded or missing, or submit fewer rows."
        )
    pairs = first.join(second, on=keys, suffix="_other").drop("cell")
    return pairs.filter((pl.col("time_min") - pl.col("time_min_other")).abs() <= within)


def _with_cells(table: pl.DataFrame, width: float) -> pl.DataFrame:
    cell = (pl.col("time_min") / width).floor().cast(pl.Int64, strict=False)
    return table.filter(pl.col("time_min").is_finite()).with_columns(cell=cell).drop_nulls("cell")
