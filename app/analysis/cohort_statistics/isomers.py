"""Which isomer of a species a row is, as in GD1a(36:1;O2), where the samples tell them apart."""

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE
from app.analysis.quantities.incomplete import is_open, member_name


def of_isomers(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows, or species of quantities, with their isomer as ``species``.

    A row that is not confirmed stands in the line of each isomer that it may be: it says there why
    the line has no value.
    """
    is_sure = pl.col("call") == TRUE
    sure = rows.filter(is_sure).with_columns(member=member_name())
    of = pl.when(~is_open()).then("isomer")
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
