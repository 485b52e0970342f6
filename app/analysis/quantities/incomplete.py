"""Which sums lack members: species or isomers that are confirmed in another sample, but not here.

A sum of fewer members is lower without any change in the samples, so it is never compared with
complete ones. Members that together are a small part of their line are no reason to leave it out.
"""

import polars as pl

# A sum that lacks less is off by less than 0.08 on log2, which replicates differ by anyway.
LEAST_MISSING = 0.05


def is_open() -> pl.Expr:
    """Whether any confirmed row of a species has no isomer, so they cannot be told apart."""
    return pl.col("isomer").is_null().any().over("species")


def member_name() -> pl.Expr:
    """The species of confirmed rows with its isomer; without it where any of them has none."""
    ceramide = pl.col("species").str.slice(pl.col("prefix").str.len_chars())
    is_letter = pl.col("prefix").str.contains(r"^\w+$") & pl.col("isomer").str.contains("^[a-z]$")
    named = (
        pl.when(is_letter)
        .then(pl.col("prefix") + pl.col("isomer") + ceramide)
        .otherwise(pl.col("species") + " " + pl.col("isomer"))
    )
    return pl.when(is_open()).then("species").otherwise(named)


def missing_members(areas: pl.LazyFrame, group: str) -> pl.DataFrame:
    """What the incomplete sums lack, the largest first: the columns group, sample and missing.

    ``areas`` has the ``area`` of each confirmed ``member`` of each ``group`` in each ``sample``. A
    sum is incomplete where the members that it lacks have at least ``LEAST_MISSING`` of the group,
    by the mean area of each where it is confirmed.
    """
    share = pl.col("area") / pl.col("area").sum().over(group)
    members = areas.group_by(group, "member").agg(pl.col("area").mean())
    shares = members.select(group, "member", share=share)
    sums = areas.select(group, "sample").unique()
    lacking = sums.join(shares, on=group).join(
        areas, on=[group, "sample", "member"], how="anti", nulls_equal=True
    )
    found = lacking.sort("share", "member", descending=[True, False]).group_by(group, "sample")
    incomplete = found.agg(pl.col("share").sum(), missing=pl.col("member"))
    return incomplete.filter(pl.col("share") >= LEAST_MISSING).drop("share").collect()


def missing_in_totals(counted: pl.DataFrame) -> pl.DataFrame:
    """What the totals of counted species (``QUANTITY_SCHEMA``, with the group of each) lack."""
    named = counted.lazy().filter(pl.col("total_area") > 0).with_columns(member=member_name())
    areas = named.drop_nulls("group").group_by("group", "sample", "member")
    return missing_members(areas.agg(area=pl.col("total_area").sum()), "group")
