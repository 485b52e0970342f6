"""Read blocks below each other, each with a title and the header again, as samples or classes.

A pasted table can have ``Control`` and ``KO`` above the same header, with the molecules of each
below it. The titles are the samples if the same molecules stand below several, and the classes of
the names if a ceramide makes names of all of them.
"""

from collections.abc import Sequence

import polars as pl

from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import REPEAT, fold, known_columns, quoted_list
from app.analysis.reading.name_columns.class_column import CERAMIDE
from app.analysis.reading.name_columns.heading_rows import NAMES, SAMPLE, are_samples
from app.analysis.reading.name_columns.name_column import has_names
from app.analysis.reading.raw_table import READ_PROBLEM, RawTable
from app.analysis.reading.sources import SOURCES, source_of
from app.analysis.reading.sources.wide import samples_of

HEADER = "Sample"
SAMPLES, CLASSES = "samples", "classes"
# What can stand before the name of a sample in its title, as in "Sample: Control".
LABEL = r"(?i)^\s*(?:samples?(?:[ _]?names?)?|group|data ?file)\s*[:=]\s*"


def with_samples_of_blocks(raw: RawTable) -> RawTable:
    """The table with the title of each block as the sample or class of its rows, and a note.

    The rows of titles stay as invalid ones.
    """
    header = [name for name in raw.table.columns if name != READ_PROBLEM]
    known, source = known_columns(header), raw.source or source_of(header)
    name = known.get("name", "")
    is_plain = source is SOURCES[-1] and not samples_of(header)
    if not name or "sample" in known or not is_plain or raw.table[name].dtype != pl.String:
        return raw
    again = _repeated_headers(raw.table, header, name)
    titles = _titles(raw, header, again)
    if len(titles) != len(again) + 1 or not all(titles):
        return raw
    places = [0, *(place - 1 for place in again)]
    above = _filled(raw.table.height, places, titles)
    are_peaks = ~pl.int_range(raw.table.height, eager=True).is_in([*again, *places[1:]])
    if all(is_ganglioside(f"{title} {CERAMIDE}") for title in titles):
        names = _names_of_classes(raw.table[name], above, are_peaks)
        return raw if names is None else _with(raw, names, places[1:], titles, CLASSES)
    rows = pl.DataFrame({"sample": above, "name": raw.table[name]}).filter(are_peaks)
    if not are_samples(pl.Series(titles), rows):
        return raw
    samples = above.scatter(pl.Series(again, dtype=pl.UInt32), HEADER).alias(HEADER)
    return _with(raw, samples, places[1:], titles, SAMPLES)


def _names_of_classes(cells: pl.Series, above: pl.Series, are_peaks: pl.Series) -> pl.Series | None:
    """The names that titles and the ceramides below them make; None if the cells are names."""
    if has_names(cells.filter(are_peaks)):
        return None
    name = pl.when(are_peaks & cells.is_not_null()).then(above + " " + cells).otherwise(cells)
    return pl.select(name).to_series().alias(cells.name)


def _with(
    raw: RawTable, column: pl.Series, places: Sequence[int], titles: Sequence[str], kind: str
) -> RawTable:
    """The table with a column that titles gave, their problem, and a note."""
    note = f"The titles {quoted_list(titles)} above the header, which stands again below each, are "
    note += f"read as the {kind} of the rows below them."
    problems = _problems(raw.table, places, SAMPLE if kind == SAMPLES else NAMES)
    return raw._replace(table=raw.table.with_columns(column, problems), notes=(*raw.notes, note))


def _repeated_headers(table: pl.DataFrame, header: Sequence[str], name: str) -> list[int]:
    """The places of the rows that repeat the header, none of them the first row."""
    words = {name: fold(REPEAT.sub("", name)) for name in header}
    alike = [cell for cell in table[name].unique().drop_nulls() if fold(cell) == words[name]]
    if not alike:
        return []
    places = table[name].is_in(alike).fill_null(value=False).arg_true().to_list()
    rows = [(place, table.row(place, named=True)) for place in places if place]
    return [
        place
        for place, row in rows
        if all(fold(str(row[column] or "")) == word for column, word in words.items())
    ]


def _titles(raw: RawTable, header: Sequence[str], again: Sequence[int]) -> list[str]:
    """The title above each header, empty where a row of a peak stands above it."""
    above = [line for line in raw.above if any(map(str.strip, line))][-1:]
    below = [[str(cell or "") for cell in raw.table.select(header).row(it - 1)] for it in again]
    if not (above or below):
        return []
    lines = pl.Series([_alone(line) for line in (*above, *below)], dtype=pl.String)
    return lines.str.replace(LABEL, "").str.strip_chars().to_list()


def _alone(cells: Sequence[str]) -> str:
    """The text of a line that has no other; a label before it, as in Sample:, is a part of it."""
    written = [cell.strip() for cell in cells if cell.strip()]
    is_labelled = len(written) == 2 and written[0].endswith(":")
    return " ".join(written) if len(written) == 1 or is_labelled else ""


def _filled(height: int, places: Sequence[int], titles: Sequence[str]) -> pl.Series:
    """The title of each row, from the places where they begin."""
    cells: list[str | None] = [None] * height
    for place, title in zip(places, titles, strict=True):
        cells[place] = title
    return pl.Series(cells, dtype=pl.String).fill_null(strategy="forward")


def _problems(table: pl.DataFrame, places: Sequence[int], of_titles: str) -> pl.Series:
    """The problem of each row, which a title has in place of the one of a short line."""
    earlier = table[READ_PROBLEM] if READ_PROBLEM in table.columns else [None] * table.height
    problems = pl.Series(READ_PROBLEM, earlier, dtype=pl.String)
    return problems.clone().scatter(pl.Series(places, dtype=pl.UInt32), of_titles)
