"""Which sums lack members: species or isomers that are confirmed in another sample, but not here.

A sum of fewer members is lower without any change in the samples, so it is never compared with
complete ones. Members that together are a small part of their line are no reason to leave it out.
"""

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE, row_state
from app.analysis.cohort_statistics.isomers import member_name
from app.analysis.cohort_statistics.levels import of_level
from app.analysis.quantities.species import COUNTED
from app.analysis.quantities.totals import LEVELS

# A sum that lacks less is off by less than 0.08 on log2, which replicates differ by anyway.
LEAST_MISSING = 0.05


def missing_members(rows: pl.LazyFrame, level: str) -> pl.DataFrame:
    """The members that an incomplete sum lacks, the largest first: species, sample and missing.

    ``species`` is a line of the level. A sum is incomplete where the members that it lacks have
    at least ``LEAST_MISSING`` of the line, by the mean area of each where it is confirmed.
    """
    return _lacking(_areas(rows, level)).collect()


def missing_in_totals(species: pl.DataFrame, level: str) -> pl.DataFrame:
    """The species that a total of quantities lacks, as ``missing_members`` has them for a line.

    ``species`` is ``QUANTITY_SCHEMA``, ``level`` a level of totals; the result names the group of a
    total as ``group``.
    """
    counted = species.lazy().filter(pl.col("call") == COUNTED, pl.col("total_area") > 0)
    groups = counted.with_columns(member=member_name()).with_columns(species=LEVELS[level])
    keys = ("species", "sample", "member")
    areas = groups.drop_nulls("species").group_by(*keys).agg(area=pl.col("total_area").sum())
    return _lacking(areas).rename({"species": "group"}).collect()


def _lacking(areas: pl.LazyFrame) -> pl.LazyFrame:
    """The incomplete sums of the areas by species, sample and member, and what they lack."""
    share = pl.col("area") / pl.col("area").sum().over("species")
    members = areas.group_by("species", "member").agg(pl.col("area").mean())
    shares = members.select("species", "member", share=share)
    sums = areas.select("species", "sample").unique()
    lacking = sums.join(shares, on="species").join(
        areas, on=["species", "sample", "member"], how="anti", nulls_equal=True
    )
    found = lacking.sort("share", "member", descending=[True, False]).group_by("species", "sample")
    incomplete = found.agg(pl.col("share").sum(), missing=pl.col("member"))
    return incomplete.filter(pl.col("share") >= LEAST_MISSING).drop("share")


def _areas(rows: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """The area of each confirmed member of each line in each sample."""
    confirmed = rows.filter(
        row_state() == TRUE, pl.col("species").is_not_null(), pl.col("consolidated_volume") > 0
    )
    lines = of_level(confirmed.with_columns(member=member_name()), level)
    return lines.group_by("species", "sample", "member").agg(
        area=pl.col("consolidated_volume").sum()
    )
