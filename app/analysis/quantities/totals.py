"""Totals of quantities by class, carbons, double bonds and more, in each sample."""

from collections.abc import Mapping

import polars as pl

from app.analysis.quantities.species import COUNTED

# The levels by which quantities are added up, and the columns of each.
LEVELS: Mapping[str, str] = {
    "category": "category",
    "class": "prefix",
    "carbons": "carbons",
    "double_bonds": "double_bonds",
    "species": "species",
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
}


def totals(species: pl.DataFrame, level: str) -> pl.DataFrame:
    """The sums of the species called true (``QUANTITY_SCHEMA``) by a level (``TOTAL_SCHEMA``).

    ``species`` counts them and ``without_pmol`` those whose amount is unknown. Where there are any,
    pmol and mol % are null: a sum over a part would pass for the whole.
    """
    column = LEVELS[level]
    counted = species.filter(pl.col("call") == COUNTED).drop_nulls(column)
    unknown = pl.col("pmol").null_count()
    summed = counted.group_by("sample", column, maintain_order=True).agg(
        pl.col("sample_role").first(),
        pl.col("area", "total_area", "area_percent").sum(),
        *(
            pl.when(unknown == 0).then(pl.col(name).sum()).alias(name)
            for name in ("pmol", "mol_percent")
        ),
        count=pl.len(),
        without_pmol=unknown,
    )
    ordered = summed.sort("sample", column).with_columns(
        level=pl.lit(level), group=pl.col(column).cast(pl.String)
    )
    if "species" in ordered.columns:
        ordered = ordered.drop("species")
    return ordered.rename({"count": "species"}).select(*TOTAL_SCHEMA).cast(TOTAL_SCHEMA)  # type: ignore[arg-type]
