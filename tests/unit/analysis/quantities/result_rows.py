"""Rows of a result made by hand, as quantities read them."""

from typing import Any

import polars as pl

from app.analysis.names.grammar import SpeciesNameError, parse_species
from app.analysis.reporting.result import ROW_SCHEMA, as_read


def result_rows(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows in order, with what their names say; called true in sample A unless told otherwise."""
    table = pl.DataFrame(
        [_row(number, row) for number, row in enumerate(rows, 1)],
        schema_overrides=ROW_SCHEMA,
        infer_schema_length=None,
    )
    return as_read(table.lazy()).select(*ROW_SCHEMA).collect()


def _row(number: int, given: dict[str, Any]) -> dict[str, Any]:
    usual = {"row": number, "sample": "A", "call": "true", "rt_min": 10.0, "peak_area": 1e6}
    try:
        species = parse_species(given["name"])
    except SpeciesNameError:  # a standard, which is set apart
        return usual | {"call": "invalid", "set_apart": "standard"} | given
    named = ("species", "prefix", "category", "carbons", "double_bonds", "hydroxyls")
    return usual | {name: getattr(species, name) for name in named} | given
