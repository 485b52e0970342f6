"""Compares runs of two tables species by species: which calls does each table give a species?

Rows of two tables have nothing to do with each other, but a species has one canonical name in both.
A species with several peaks, as in a cohort, has several calls; it has changed if the set of its
calls is another one, however many samples each table has.
"""

import msgspec
import polars as pl

NONE = ""


class ChangedSpecies(msgspec.Struct, frozen=True, kw_only=True):
    """A species with other calls, or in one table alone: its calls are empty in the other.

    Several calls are joined, as in ``outlier, true``. ``rows`` counts its peaks and ``rt`` is the
    median of their times in minutes.
    """

    species: str
    call_before: str
    call_after: str
    rows_before: int
    rows_after: int
    rt_min_before: float | None
    rt_min_after: float | None


def compare_species(before: pl.LazyFrame, after: pl.LazyFrame) -> tuple[pl.DataFrame, int]:
    """The species whose calls differ, and how many species there are in all.

    Rows whose name could not be read have no species and are left out.
    """
    one, other = _species(before, "_before"), _species(after, "_after")
    both = one.join(other, on="species", how="full", coalesce=True).with_columns(
        pl.col("call_before", "call_after").fill_null(NONE),
        pl.col("rows_before", "rows_after").fill_null(0),
    )
    found = both.collect()
    changed = found.filter(pl.col("call_before") != pl.col("call_after"))
    return changed.sort("species").select(ChangedSpecies.__struct_fields__), found.height


def _species(rows: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
    named = rows.filter(pl.col("species").is_not_null())
    found = named.group_by("species").agg(
        pl.col("call").unique().sort().str.join(", "),
        pl.len().alias("rows"),
        pl.col("rt_min").median(),
    )
    return found.rename(lambda name: name if name == "species" else name + suffix)
