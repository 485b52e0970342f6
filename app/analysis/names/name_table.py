"""What the names of a table say, as columns: composition, species, prefix, category and chains."""

from functools import lru_cache
from operator import attrgetter
from typing import Any

import polars as pl

from app.analysis.names.grammar import SpeciesNameError, StandardNameError, read_name
from app.analysis.names.shorthand import molecular_name, shorthand_name
from app.analysis.names.species import Species

# Tables repeat the same names, so this many are remembered.
KNOWN_NAMES = 10_000
COLUMNS = (
    *(name for name in Species.__struct_fields__ if name != "isotope_label"),
    *("species", "prefix", "category", "series", "sialic", "neutral_sugars", "sugars"),
)
_said = attrgetter(*COLUMNS)
_TEXTS = ("core", "letter", "alpha", "species", "prefix", "category")
SPECIES_SCHEMA: dict[str, Any] = {
    name: pl.String if name in _TEXTS else pl.Int32 for name in COLUMNS
}
# What a name says beside its species: its chains, a shorthand, the label of a standard, whether it
# is one, what to check, and why it has no species.
READING_SCHEMA: dict[str, Any] = {
    "molecular_name": pl.String,
    "shorthand_name": pl.String,
    "isotope_label": pl.String,
    "is_standard": pl.Boolean,
    "name_warning": pl.String,
    "name_problem": pl.String,
}
# Where these columns are in a row of ``parse_names``, whose first has the name.
SPECIES_PLACE = 1 + [*SPECIES_SCHEMA, *READING_SCHEMA].index("species")
STANDARD_PLACE = 1 + [*SPECIES_SCHEMA, *READING_SCHEMA].index("is_standard")
# What stands there, and in the two columns after them, of a name without a species.
NOTHING = (None,) * (len(COLUMNS) + 2)
WRITTEN_NAMES = ("molecular_name", "shorthand_name")
# The most names that a warning shows.
EXAMPLES = 3


def add_species(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of ``SPECIES_SCHEMA`` to peaks, null where the ``name`` cannot be parsed.

    The reason becomes the ``problem`` of the row unless it has one already.
    """
    parsed = parse_names(peaks["name"].drop_nulls().unique().to_list())
    parsed = parsed.select("name", *SPECIES_SCHEMA, "name_problem")
    joined = peaks.join(parsed, on="name", how="left", maintain_order="left")
    return joined.with_columns(problem=pl.coalesce("problem", "name_problem")).drop("name_problem")


def parse_names(names: list[str]) -> pl.DataFrame:
    """Parse names into a table: name, ``SPECIES_SCHEMA`` and ``READING_SCHEMA``.

    A name that cannot be read, and that of a standard, has a ``name_problem`` and no species.
    """
    schema = {"name": pl.String, **SPECIES_SCHEMA, **READING_SCHEMA}
    return pl.DataFrame([_row(name) for name in names], schema=schema, orient="row")


def is_read(name: str) -> bool:
    """Whether a name has a species or is that of a standard, as ``parse_names`` reads it."""
    row = _row(name)
    return row[SPECIES_PLACE] is not None or bool(row[STANDARD_PLACE])


def name_choices(parsed: pl.DataFrame) -> str:
    """One sentence on the names of ``parse_names`` that could be read in another way, or none."""
    if parsed["name_warning"].null_count() == parsed.height:
        return ""
    chosen = parsed.drop_nulls("name_warning").sort("name")
    examples = "; ".join(
        f"in {name!r}, {warning.rstrip('.')}"
        for name, warning in chosen.select("name", "name_warning").head(EXAMPLES).iter_rows()
    )
    count = "1 name" if chosen.height == 1 else f"{chosen.height:,} names"
    return f"{count} could be read in another way. Check the reading: {examples}."


@lru_cache(KNOWN_NAMES)
def _row(name: str) -> tuple[Any, ...]:
    try:
        reading = read_name(name)
    except StandardNameError as error:
        return (name, *NOTHING, error.isotope_label or None, True, None, str(error))
    except SpeciesNameError as error:
        return (name, *NOTHING, None, False, None, str(error))
    names = molecular_name(reading), shorthand_name(reading)
    return (
        name,
        *_said(reading.species),
        *names,
        None,
        False,
        " ".join(reading.warnings) or None,
        None,
    )
