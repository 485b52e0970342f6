"""One line for each species and isomer of a sample: its best call and its areas."""

import polars as pl

from app.analysis.quantities.areas import with_total_areas
from app.analysis.reporting.consolidation import consolidated

# The calls of a species, the best first. Only true ones count in totals and shares.
COUNTED = "true"
BY_CALL = (COUNTED, "ambiguous", "outlier", "fragment", "invalid")
WITH_AREA = BY_CALL[:2]
OF_SPECIES = ("sample", "species", "isomer")
OF_CORRECTION = ("rt_min", "adduct", "charge", "isotope_label")


def species_lines(
    rows: pl.DataFrame, *, corrects_isotopes: bool, coelution_min: float
) -> pl.DataFrame:
    """One line for each species and isomer of a sample, with the best call that it has there.

    A line has the numbers of its ``rows``, and their ``area``, ``overlap_area`` and ``total_area``
    in the unit of the table. Peaks within ``coelution_min`` can overlap by their isotopes.
    """
    if corrects_isotopes:
        rows = with_total_areas(rows, coelution_min=coelution_min)
    else:
        unchanged = {"overlap_area": pl.lit(0.0), "mono_share": pl.lit(None, dtype=pl.Float64)}
        rows = rows.with_columns(**unchanged, total_area="peak_area")
    volumes = {
        "volume": _consolidated(rows, "peak_area"),
        "total": _consolidated(rows, "total_area"),
    }
    rows = rows.drop(OF_CORRECTION).with_columns(**volumes)
    return _summed(_lines(rows))


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the best call of their species and isomer, if it is the best or has an area."""
    named = rows.drop_nulls("species").with_columns(pl.col("call").cast(pl.Enum(BY_CALL)))
    best = named.with_columns(best=pl.col("call").min().over("sample", "species"))
    isomer_best = pl.col("call").min().over(OF_SPECIES)
    return best.filter(
        pl.col("call") == isomer_best,
        (pl.col("best") == pl.col("call")) | pl.col("call").cast(pl.String).is_in(WITH_AREA),
    )


def _consolidated(rows: pl.DataFrame, area: str) -> pl.Series:
    """An area with those of fragments and other ions; only what this needs is copied."""
    needed = rows.select("row", "call", "parent_row", "ion", "ion_group", peak_area=area)
    return consolidated(needed)["consolidated_volume"]


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    has_area = pl.col("call").cast(pl.String).is_in(WITH_AREA).first()
    first = ("sample_role", "category", "prefix", "carbons", "double_bonds", "hydroxyls", "call")

    def total(name: str) -> pl.Expr:
        """The sum, null where every value is null."""
        known = has_area & pl.col(name).is_not_null().any()
        return pl.when(known).then(pl.col(name).sum())

    return lines.group_by(OF_SPECIES, maintain_order=True).agg(
        *(pl.col(name).first() for name in first),
        pl.col("mono_share").first(),
        rows=pl.col("row"),
        area=total("volume"),
        overlap_area=total("overlap_area"),
        total_area=total("total"),
    )
