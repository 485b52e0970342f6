"""Say that a column has letters of isomers, such as ``a`` of GD1, which the names leave out."""

import re

import polars as pl

from app.analysis.names.name_table import parse_names
from app.analysis.reading.layout.layout import Layout

MOST_ROWS = 20_000
HEADER = re.compile(r"(?i)(?:gangliosid[e-])?[\s_-]*(?:isomere?|isomère|isómero|series?)s?")
LETTER = r"(?i)^\s*[abc\u03b1](?:[ -]?(?:series|isomer))?\s*$"
NOTE = (
    "The letters of isomers in {!r} are not read, such as {!r} of {!r}. Write those that are known "
    "into the names, as in GD1a(36:1;O2)."
)


def with_note_on_isomers(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout with a note on the first such column, if it says more than the names."""
    name = layout.roles.get("name", "")
    if name not in table.columns or table[name].dtype != pl.String:
        return layout
    unread = [it for it in layout.header if it not in layout.used and HEADER.fullmatch(it.strip())]
    for column in unread:
        if table[column].dtype == pl.String and (found := _first_open_isomer(table, name, column)):
            return layout.with_notes(NOTE.format(column, *found))
    return layout


def _first_open_isomer(table: pl.DataFrame, name: str, column: str) -> tuple[str, str] | None:
    """The first letter, and the name that lacks it; None if each name has its letter."""
    rows = table.select(column, name).head(MOST_ROWS).drop_nulls()
    rows = rows.filter(pl.col(column).str.contains(LETTER)).unique(maintain_order=True)
    parsed = parse_names(rows[name].to_list())
    is_open = parsed["species"].is_not_null() & parsed["letter"].is_null()
    lacking = rows.filter(is_open & parsed["alpha"].is_null())
    return lacking.row(0) if lacking.height else None
