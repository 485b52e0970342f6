"""What to say of a header within a table, and of the rows above and below it."""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.layout.layout import Layout

REPEATED = "The row repeats the header."
OTHER = "The row is a second header, with other columns."
BELOW = (
    "The row stands below a second header with other columns. Put its table into a file of its own."
)


def notes_on_headers(table: pl.DataFrame, problems: pl.Series, layout: Layout) -> tuple[str, ...]:
    """Sentences on the headers within a table, by the problem of each row (rows,), or null."""
    return (*_notes(problems), *_note_on_parts(table, problems, layout))


def _notes(problems: pl.Series) -> list[str]:
    counts: Mapping[str, int] = {each: int((problems == each).sum()) for each in (OTHER, BELOW)}
    if not counts[OTHER]:
        return []
    rows = "row below it is" if counts[BELOW] == 1 else f"{counts[BELOW]:,} rows below it are"
    return [f"The table has a second header with other columns; the {rows} kept as invalid."]


def _note_on_parts(table: pl.DataFrame, problems: pl.Series, layout: Layout) -> list[str]:
    """What to do with parts of a table that can be samples: their molecules are the same."""
    has_samples = bool(layout.samples) or "sample" in layout.roles
    places = (problems == REPEATED).arg_true().to_list()
    if has_samples or not places or "name" not in layout.roles:
        return []
    names = table[layout.roles["name"]].drop_nulls()
    parts = [{*names[: places[0]]}, {*names[places[0] + 1 :]}]
    if parts[0].isdisjoint(parts[1]):
        return []
    return [
        f"The header stands again in row {places[0] + 1}, and the same molecules stand above and "
        "below it; all rows are read as peaks of one sample. If the parts are samples, add a "
        "column Sample with the name of each."
    ]
