"""Ask which column holds the names, if two hold gangliosides that contradict each other."""

from collections.abc import Mapping

import polars as pl

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.names.name_table import parse_names
from app.analysis.reading.decisions import Answer, Question
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.name_columns.name_column import has_names
from app.analysis.reading.sources import SOURCES

MOST_ROWS, LONGEST_NAME = 20_000, 60
# Among these rows it is looked for another column of the same names.
FIRST_ROWS, FEWEST_ROWS, MOST = 1_000, 3, 0.5
# Headers of molecules that are not what the row is.
OTHER_NAMES = LatePattern(
    r"(?i)parent|fragment|alternativ|candidat|standard|(?<![a-z])IS(?![a-z])|istd|old|former"
    r"|previous"
)


def rival_names(table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]) -> list[Question]:
    """A question, if a row has one species in the column of names and another beside it.

    A program is known to have its names in one column, and a person's choice is not asked about.
    """
    own = layout.roles.get("name", "")
    if "name" in mapping or layout.source is not SOURCES[-1] or layout.has_molecules:
        return []
    if own not in table.columns or table[own].dtype != pl.String:
        return []
    # A header that is not known says less than another that is not: Proposed and Confirmed.
    known = layout.name_columns
    is_known = own in known
    beside = [*known, *_renamed(table, layout, own)] if is_known else _with_names(table, layout)
    others = [it for it in beside if it != own and table[it].dtype == pl.String]
    found = ((other, _contradiction(table[own], table[other])) for other in others)
    return [_question(own, other, *names) for other, names in found if names][:1]


def _with_names(table: pl.DataFrame, layout: Layout) -> list[str]:
    """The columns of names that no role has."""
    return [it for it in layout.header if it not in layout.used and has_names(table[it])]


def _renamed(table: pl.DataFrame, layout: Layout, own: str) -> list[str]:
    """The columns under unknown headers that name most rows as the column of names does.

    Such as ``Reassigned name``, unlike those of parents, standards or other candidates.
    """
    rows = table.head(FIRST_ROWS)
    unread = [it for it in _with_names(rows, layout) if not OTHER_NAMES.compiled.search(it)]
    return [it for it in unread if _mostly_agree(rows[own], rows[it])]


def _mostly_agree(one: pl.Series, other: pl.Series) -> bool:
    rows = pl.DataFrame({"one": one, "other": other}).drop_nulls()
    species = [parse_names(rows[it].to_list())["species"] for it in rows.columns]
    both = pl.DataFrame({"one": species[0], "other": species[1]}).drop_nulls()
    same = int((both["one"] == both["other"]).sum())
    return both.height >= FEWEST_ROWS and same > MOST * both.height


def _contradiction(one: pl.Series, other: pl.Series) -> tuple[str, str] | None:
    """The names of the first row that are two species."""
    rows = pl.DataFrame({"one": one, "other": other}).head(MOST_ROWS).drop_nulls()
    rows = rows.filter(pl.col("one") != pl.col("other")).unique(maintain_order=True)
    differ = rows.filter(
        _are_two_species(*(parse_names(rows[it].to_list()) for it in rows.columns))
    )
    return None if differ.is_empty() else differ.row(0)


def _are_two_species(one: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Whether names are two species. GD1 leaves its isomer open, so that it can be GD1a."""
    is_open = _is_open(one) | _is_open(other)
    without_isomer = _without_isomer(one) != _without_isomer(other)
    return (one["species"] != other["species"]) & (~is_open | without_isomer)


def _is_open(parsed: pl.DataFrame) -> pl.Series:
    return parsed["letter"].is_null() & parsed["alpha"].is_null()


def _without_isomer(parsed: pl.DataFrame) -> pl.Series:
    ceramide = pl.col("species").str.extract(r"(\([^()]*\))$")
    return parsed.select(pl.concat_str("prefix", ceramide)).to_series()


def _question(own: str, other: str, one_name: str, other_name: str) -> Question:
    names = {own: one_name[:LONGEST_NAME], other: other_name[:LONGEST_NAME]}
    return Question(
        subject="name_column",
        sentence=f"Two columns hold names, and some rows have different species in {own!r} and "
        f"{other!r}.",
        answers=tuple(
            Answer(value=header, meaning=f"names are those of {header!r}, such as {name}")
            for header, name in names.items()
        ),
    )
