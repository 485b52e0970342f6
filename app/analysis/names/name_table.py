"""What the names of a table say, as columns: composition, species, prefix and category."""

from dataclasses import fields
from functools import lru_cache
from typing import Any

import polars as pl

from app.analysis.names.grammar import SpeciesNameError, parse_species
from app.analysis.names.species import Species

# Tables repeat the same names, so this many are remembered.
KNOWN_NAMES = 10_000
COLUMNS = (
    *(field.name for field in fields(Species)),
    *("species", "prefix", "category", "series", "sialic", "neutral_sugars", "sugars"),
)
SPECIES_SCHEMA: dict[str, Any] = {
    name: pl.String if name in ("core", "letter", "species", "prefix", "category") else pl.Int32
    for name in COLUMNS
}


def add_species(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of ``SPECIES_SCHEMA`` to peaks, null where the ``name`` cannot be parsed.

    The reason becomes the ``problem`` of the row unless it has one already.
    """
    parsed = parse_names(peaks["name"].drop_nulls().unique().to_list())
    joined = peaks.join(parsed, on="name", how="left", maintain_order="left")
    return joined.with_columns(problem=pl.coalesce("problem", "name_problem")).drop("name_problem")


def parse_names(names: list[str]) -> pl.DataFrame:
    """Parse names into a table: name, ``SPECIES_SCHEMA``, and name_problem if one cannot be."""
    schema = {"name": pl.String, **SPECIES_SCHEMA, "name_problem": pl.String}
    return pl.DataFrame([_row(name) for name in names], schema=schema, orient="row")


@lru_cache(KNOWN_NAMES)
def _row(name: str) -> tuple[Any, ...]:
    try:
        species = parse_species(name)
    except SpeciesNameError as error:
        return (name, *(None for _ in COLUMNS), str(error))
    return (name, *(getattr(species, column) for column in COLUMNS), None)
