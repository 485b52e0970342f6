"""The quantity of each species in each sample: area, pmol, and their shares."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from app.analysis.quantities.areas import with_total_areas
from app.analysis.quantities.standards import (
    Standard,
    check_standards,
    found_standards,
    is_standard,
)
from app.analysis.reporting.consolidation import consolidated

# The calls of a species, the best first. Only true ones count in totals and shares.
COUNTED = "true"
BY_CALL = (COUNTED, "ambiguous", "outlier", "fragment", "invalid")
WITH_AREA = BY_CALL[:2]
OF_SPECIES = ("sample", "species", "isomer")
# A species in a sample. ``area`` has the areas of its fragments and other ions; ``total_area`` is
# that of all isotopes (the same as ``area`` without isotope correction) and ``overlap_area`` what
# isotopes of other species added. ``area_percent`` is the share of the total area of the sample,
# ``mol_percent`` that of the pmol that are known in it. Areas of species that are neither true nor
# ambiguous are null, shares of all that are not true.
QUANTITY_SCHEMA: dict[str, pl.DataType] = {
    "sample": pl.String(),
    "sample_role": pl.String(),
    "category": pl.String(),
    "prefix": pl.String(),
    "species": pl.String(),
    "isomer": pl.String(),
    "carbons": pl.Int32(),
    "double_bonds": pl.Int32(),
    "hydroxyls": pl.Int32(),
    "call": pl.String(),
    "rows": pl.List(pl.UInt32()),
    "area": pl.Float64(),
    "overlap_area": pl.Float64(),
    "mono_share": pl.Float64(),
    "total_area": pl.Float64(),
    "area_percent": pl.Float64(),
    "pmol": pl.Float64(),
    "mol_percent": pl.Float64(),
    "standards": pl.List(pl.String()),
}


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """``species`` (``QUANTITY_SCHEMA``) and ``standards`` (``STANDARD_SCHEMA``) by sample.

    ``unmatched`` are the names of entered standards that no row has.
    """

    species: pl.DataFrame
    standards: pl.DataFrame
    unmatched: tuple[str, ...]
    corrects_isotopes: bool
    coelution_min: float


def quantities(
    rows: pl.DataFrame,
    standards: Sequence[Standard] = (),
    *,
    corrects_isotopes: bool = True,
    coelution_min: float = 0.1,
) -> Quantities:
    """How much of each species the rows of a result (``ROW_SCHEMA``) have.

    Peaks within ``coelution_min`` of each other can overlap by their isotopes.

    Raises:
        StandardError: a standard has two amounts, or there are too many.
    """
    check_standards(standards)
    found = found_standards(rows, standards)
    species = _species(rows.filter(~is_standard(standards)), corrects_isotopes, coelution_min)
    species = _with_shares(_with_pmol(species, found, corrects_isotopes))
    return quantities_with_species(
        species.select(*QUANTITY_SCHEMA).cast(QUANTITY_SCHEMA),  # type: ignore[arg-type]
        rows,
        standards,
        corrects_isotopes=corrects_isotopes,
        coelution_min=coelution_min,
    )


def quantities_with_species(
    species: pl.DataFrame,
    rows: pl.DataFrame,
    standards: Sequence[Standard],
    *,
    corrects_isotopes: bool,
    coelution_min: float,
) -> Quantities:
    """Quantities whose ``species`` are known; of the ``rows`` only those of standards are used."""
    found = found_standards(rows, standards)
    names = set(found["name"])
    return Quantities(
        species=species,
        standards=found,
        unmatched=tuple(each.name for each in standards if each.name not in names),
        corrects_isotopes=corrects_isotopes,
        coelution_min=coelution_min,
    )


def _species(rows: pl.DataFrame, corrects_isotopes: bool, coelution_min: float) -> pl.DataFrame:
    """One line for each species and isomer of a sample, with the best call that it has there."""
    if corrects_isotopes:
        rows = with_total_areas(rows, coelution_min=coelution_min)
    else:
        unchanged = {"overlap_area": pl.lit(0.0), "mono_share": pl.lit(None, dtype=pl.Float64)}
        rows = rows.with_columns(**unchanged, total_area="peak_area")
    totals = consolidated(rows.with_columns(peak_area="total_area"))
    rows = rows.with_columns(
        volume=consolidated(rows)["consolidated_volume"], total=totals["consolidated_volume"]
    )
    order = pl.Enum(BY_CALL)
    named = rows.drop_nulls("species").with_columns(pl.col("call").cast(order))
    best = named.with_columns(best=pl.col("call").min().over("sample", "species"))
    isomer_best = pl.col("call").min().over(OF_SPECIES)
    lines = best.filter(
        pl.col("call") == isomer_best,
        (pl.col("best") == pl.col("call")) | pl.col("call").cast(pl.String).is_in(WITH_AREA),
    )
    return _summed(lines)


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


def _with_pmol(
    species: pl.DataFrame, standards: pl.DataFrame, corrects_isotopes: bool
) -> pl.DataFrame:
    """The species with their pmol, by the standards of their class in their sample."""
    share = pl.col("mono_share") if corrects_isotopes else pl.lit(1.0)
    usable = standards.with_columns(total=pl.col("area") / share).drop_nulls(["pmol", "total"])
    by_class = (
        usable.filter(pl.col("area") > 0)
        .explode("classes")
        .drop_nulls("classes")
        .group_by("sample", prefix="classes")
        .agg(
            pmol_per_area=pl.col("pmol").sum() / pl.col("total").sum(),
            standards=pl.col("name"),
        )
    )
    joined = species.join(by_class, on=["sample", "prefix"], how="left", maintain_order="left")
    return joined.with_columns(pmol=pl.col("total_area") * pl.col("pmol_per_area"))


def _with_shares(species: pl.DataFrame) -> pl.DataFrame:
    is_counted = pl.col("call").cast(pl.String) == COUNTED

    def percent(name: str) -> pl.Expr:
        counted = pl.when(is_counted).then(pl.col(name))
        total = counted.sum().over("sample")
        return pl.when(total > 0).then(100 * counted / total)

    return species.with_columns(
        area_percent=percent("total_area"), mol_percent=percent("pmol")
    ).sort("sample", "category", "prefix", "carbons", "double_bonds", "hydroxyls", "isomer")
