"""Which isomer of a species a row is, as in GD1a(36:1;O2), where the samples tell them apart."""

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE


def _is_open() -> pl.Expr:
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
    return pl.when(_is_open()).then("species").otherwise(named)


def of_isomers(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows, or species of quantities, with their isomer as ``species``.

    A row that is not confirmed stands in the line of each isomer that it may be: it says there why
    the line has no value.
    """
    is_sure = pl.col("call") == TRUE
    sure = rows.filter(is_sure).with_columns(member=member_name())
    of = pl.when(~_is_open()).then("isomer")
    members = sure.select("species", "member", of=of).unique().drop_nulls("member")
    lines = members.group_by("species").agg("of", "member")
    other = rows.filter(~is_sure).join(lines, on="species", how="left")
    is_known = pl.col("of").list.contains(pl.col("isomer")).fill_null(value=False)
    each = other.with_columns(is_known=is_known).explode("of", "member")
    fitting = each.filter(~pl.col("is_known") | pl.col("of").eq_missing(pl.col("isomer")))
    columns = rows.collect_schema().names()
    named = (
        frame.with_columns(species=pl.coalesce("member", "species")).select(columns)
        for frame in (sure, fitting)
    )
    return pl.concat(named)
