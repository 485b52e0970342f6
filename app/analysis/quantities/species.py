"""The quantity of each species in each sample: area, pmol, and their shares."""

from collections.abc import Iterator, Sequence

import msgspec
import polars as pl

from app.analysis.quantities.species_lines import COUNTED, OF_CORRECTION, species_lines
from app.analysis.quantities.standards import (
    Standard,
    check_standards,
    found_standards,
    is_standard,
)

# A million rows in one block took 1.5 GB, more than an export may have.
BLOCK_ROWS = 100_000
# What quantities are computed from. The other columns of a result, as the reasons, fill memory.
OF_STANDARDS = ("name", "set_apart")
NEEDED = (
    *("row", "sample", "sample_role", "species", "category", "prefix", "isomer", "carbons"),
    *("double_bonds", "hydroxyls", "call", "parent_row", "ion", "ion_group", "peak_area"),
    *OF_CORRECTION,
    *OF_STANDARDS,
)
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


class Quantities(msgspec.Struct, frozen=True, kw_only=True):
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
    rows = rows.select(NEEDED)
    found = found_standards(rows, standards)
    counted = rows.filter(~is_standard(standards)).drop(OF_STANDARDS)
    species = pl.concat(
        _with_amounts(each, found, corrects_isotopes=corrects_isotopes, coelution_min=coelution_min)
        for each in _by_samples(counted)
    )
    return quantities_with_species(
        species, rows, standards, corrects_isotopes=corrects_isotopes, coelution_min=coelution_min
    )


def _with_amounts(
    rows: pl.DataFrame, standards: pl.DataFrame, *, corrects_isotopes: bool, coelution_min: float
) -> pl.DataFrame:
    """The species (``QUANTITY_SCHEMA``) of the rows of whole samples."""
    lines = species_lines(rows, corrects_isotopes=corrects_isotopes, coelution_min=coelution_min)
    lines = _with_shares(_with_pmol(lines, standards, corrects_isotopes))
    return lines.select(*QUANTITY_SCHEMA).cast(QUANTITY_SCHEMA)  # type: ignore[arg-type]


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


def _by_samples(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in blocks of whole samples, sorted: nothing is added up over two samples."""
    sizes = rows.group_by("sample").agg(rows=pl.len()).sort("sample")
    blocks = sizes.with_columns(block=(pl.col("rows").cum_sum() - pl.col("rows")) // BLOCK_ROWS)
    for samples in blocks.partition_by("block", maintain_order=True) or [sizes]:
        yield rows.filter(pl.col("sample").is_in(samples["sample"].implode(), nulls_equal=True))


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
