"""Which values of a cohort are incomplete sums of species or isomers."""

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE, row_state
from app.analysis.cohort_statistics.levels import of_level
from app.analysis.quantities.incomplete import member_name
from app.analysis.quantities.incomplete import missing_members as missing_of_areas


def missing_members(rows: pl.LazyFrame, level: str) -> pl.DataFrame:
    """The members that an incomplete sum lacks, the largest first: species, sample and missing.

    ``species`` is a line of the level.
    """
    confirmed = rows.filter(
        row_state() == TRUE, pl.col("species").is_not_null(), pl.col("consolidated_volume") > 0
    )
    lines = of_level(confirmed.with_columns(member=member_name()), level)
    areas = lines.group_by("species", "sample", "member").agg(
        area=pl.col("consolidated_volume").sum()
    )
    return missing_of_areas(areas, "species")
