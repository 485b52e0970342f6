"""Totals of quantities by class, carbons, double bonds and more, in each sample."""

from collections.abc import Mapping

import polars as pl

from app.analysis.quantities.incomplete import missing_in_totals
from app.analysis.quantities.species_lines import COUNTED

# GD1 and the letter a are GD1a, GD1+OAc and a are GD1+OAc a, and what has no letter stays apart.
_IS_LETTER = pl.col("prefix").str.contains(r"^\w+$") & pl.col("isomer").str.contains(r"^[a-z]$")
_ISOMER = (
    pl.when(pl.col("isomer").is_null())
    .then("prefix")
    .when(_IS_LETTER)
    .then(pl.col("prefix") + pl.col("isomer"))
    .otherwise(pl.col("prefix") + " " + pl.col("isomer"))
)
# The levels by which quantities are added up, and what names a group of each.
LEVELS: Mapping[str, pl.Expr] = {
    "category": pl.col("category"),
    "class": pl.col("prefix"),
    "isomer": _ISOMER,
    "carbons": pl.col("carbons"),
    "double_bonds": pl.col("double_bonds"),
    "species": pl.col("species"),
}
TOTAL_SCHEMA: dict[str, pl.DataType] = {
    "sample": pl.String(),
    "sample_role": pl.String(),
    "level": pl.String(),
    "group": pl.String(),
    "species": pl.UInt32(),
    "without_pmol": pl.UInt32(),
    "area": pl.Float64(),
    "total_area": pl.Float64(),
    "area_percent": pl.Float64(),
    "pmol": pl.Float64(),
    "mol_percent": pl.Float64(),
    "missing": pl.List(pl.String()),
}


def totals(species: pl.DataFrame, level: str) -> pl.DataFrame:
    """The sums of the species called true (``QUANTITY_SCHEMA``) by a level (``TOTAL_SCHEMA``).

    ``species`` counts them and ``without_pmol`` those whose amount is unknown. Where there are any,
    pmol and mol % are null: a sum over a part would pass for the whole. Areas are null where none
    is known. ``missing`` has the species
    and isomers that an incomplete sum lacks because they are confirmed in other samples alone; it
    is null for a complete one.
    """
    counted = species.filter(pl.col("call") == COUNTED).with_columns(group=LEVELS[level])
    unknown = pl.col("pmol").null_count()
    of_groups = counted.drop_nulls("group").group_by("sample", "group", maintain_order=True)
    summed = of_groups.agg(
        pl.col("sample_role").first(),
        *(
            pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
            for name in ("area", "total_area", "area_percent")
        ),
        *(
            pl.when(unknown == 0).then(pl.col(name).sum()).alias(name)
            for name in ("pmol", "mol_percent")
        ),
        species=pl.len(),
        without_pmol=unknown,
    )
    named = summed.join(missing_in_totals(counted), on=["sample", "group"], how="left")
    ordered = named.sort("sample", "group").with_columns(level=pl.lit(level))
    return ordered.select(*TOTAL_SCHEMA).cast(TOTAL_SCHEMA)  # type: ignore[arg-type]


def is_named(text: str) -> pl.Expr:
    """Whether the name of a group has this text, in upper or lower case; an empty one is in all."""
    name = pl.col("group").cast(pl.String).str.to_lowercase()
    return name.str.contains(text.lower(), literal=True)


def has_group(species: pl.DataFrame, level: str, text: str) -> bool:
    """Whether a total by this level would have the text in its name."""
    counted = species.filter(pl.col("call") == COUNTED)
    return bool(counted.select(LEVELS[level].alias("group")).select(is_named(text).any()).item())
