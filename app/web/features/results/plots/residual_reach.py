"""The scale of plots of residuals: a few far ones must not flatten all others."""

import polars as pl

# The scale is so much wider than the largest residual of the rows that fit.
WIDER = 2.5
# No residual threshold is larger, so a confirmed row beyond it was confirmed by hand.
MOST_SD = 5.0


def residual_reach(rows: pl.DataFrame) -> float:
    """The scale in minutes for rows with ``call``, ``residual_min`` and ``studentised_residual``.

    It is that of the confirmed rows; without any it reaches to the farthest residual, and is 0
    where there is none.
    """
    sizes = rows.select("call", "studentised_residual", size=pl.col("residual_min").abs())
    largest = float(sizes["size"].max() or 0)  # type: ignore[arg-type]
    is_fitting = (pl.col("call") == "true") & ~(pl.col("studentised_residual").abs() > MOST_SD)
    of_true = sizes.filter(is_fitting)["size"].max()
    return min(WIDER * float(of_true), largest) if of_true else largest  # type: ignore[arg-type]
