"""The area that each species has in the blanks, at its retention time."""

import polars as pl

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.state.preparation.ion_groups import ion_numbers

KEYS = ("named", "ion")


def blank_areas(table: pl.DataFrame, named: Indices, tolerance_min: float) -> Array | None:
    """The largest area (rows,) of the same name and ion in a blank within a tolerance, else 0.

    ``named`` (rows,) is the species of each row of a peak table. None if it has no blanks.
    """
    if table["sample_role"].null_count() == table.height:
        return None
    of_blank = table["problem"].is_null() & (table["sample_role"] == BLANK).fill_null(value=False)
    if not of_blank.any():
        return None
    ion, _ = ion_numbers(table)
    rows = table.select("row", "rt_min", "peak_area", named=pl.Series(named), ion=pl.Series(ion))
    blanks = _largest_nearby(rows.filter(of_blank), tolerance_min)
    found = (
        rows.drop_nulls("rt_min")
        .sort("rt_min", "row")
        .join_asof(
            blanks.sort("rt_min").rename({"peak_area": "blank_area"}),
            on="rt_min",
            by=list(KEYS),
            strategy="nearest",
            tolerance=tolerance_min,
            check_sortedness=False,
        )
    )
    joined = rows.select("row").join(
        found.select("row", "blank_area"), on="row", how="left", maintain_order="left"
    )
    areas: Array = joined["blank_area"].fill_null(0.0).to_numpy()
    return areas


def _largest_nearby(blanks: pl.DataFrame, tolerance_min: float) -> pl.DataFrame:
    """The peaks of blanks, each with the largest area of its name and ion within the tolerance."""
    both = blanks.join(blanks.select(*KEYS, "rt_min", "peak_area"), on=KEYS, suffix="_other")
    near = both.filter((pl.col("rt_min") - pl.col("rt_min_other")).abs() <= tolerance_min)
    return near.group_by(*KEYS, "rt_min").agg(peak_area=pl.col("peak_area_other").max())
