"""Read headings between the rows of a table: a class, or a sample, above the rows that are its own.

Such a row has a text in the column of names and no time. If it is a class, as ``GM3`` above
``36:1;O2``, the ceramides below it are names of that class. If the same molecules stand below
several headings, each heading is a sample.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl

from app.analysis.reading.cells.cells import ABSENT
from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.cells.written_cells import any_written, are_written
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.name_columns.name_column import MOST, has_names, share_of_names
from app.analysis.reading.raw_table import READ_PROBLEM

# What can follow a heading, as in GM3 (n = 2):
AFTER = r"\s*(?:\([^)]*\))?\s*[:.]?\s*$"
LIPID = re.compile(r"\d:\d")
NAMES = "The row is a heading; it is a part of the names in the rows below it."
SAMPLE = "The row is a heading; it names the sample of the rows below it."
FEWEST_SAMPLES = 2
# The name that a row below a heading makes a part of, and how it is joined to the heading: the rows
# are ceramides below a class, or classes below a ceramide.
PARTS: Mapping[str, Callable[[pl.Series, pl.Series], pl.Series]] = {
    "GM3 {}": lambda above, own: above + " " + own,
    "{} 36:1;O2": lambda above, own: own + " " + above,
}


class Headings(NamedTuple):
    """The rows (``are_headings``) of a ``column`` of names that have no time, and its words."""

    column: str
    words: pl.Series
    are_headings: pl.Series


def with_classes_of_headings(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with names of the heading above and the cell of each row, if they are names.

    One of them is a class and the other a ceramide. The headings stay as invalid rows. Without
    such names, the same table and layout.
    """
    found = _headings(table, layout)
    if not found or has_names(table[found.column]):
        return table, layout
    column, own = found.column, table[found.column].str.strip_chars()
    for part, names_of in PARTS.items():
        rows = found.are_headings & ~found.words.is_in(_that_make_names(found, part))
        above = pl.select(pl.when(rows).then(found.words).forward_fill()).to_series()
        names = names_of(above, own)
        if share_of_names(names.filter(~rows)) > MOST:
            break
    else:
        return table, layout
    header = _free(f"class {column}", table)
    read = pl.when(rows | above.is_null()).then(table[column]).otherwise(names)
    table = _marked(table.with_columns(read.alias(header)), rows, NAMES)
    note = _note(found, rows, "are a part of the names in the")
    return table, layout.with_column("name", header, note)


def _that_make_names(found: Headings, part: str) -> list[str]:
    """The headings that are no heading but the ``part`` of a name, of a peak that was not found."""
    words = found.words.filter(found.are_headings).unique()
    return [word for word in words if is_ganglioside(part.format(word))]


def with_samples_of_headings(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a column of the samples that headings name, if their molecules are the same.

    Nothing else stands in the row of such a heading. The headings stay as invalid rows.
    """
    found = None if "sample" in layout.roles or layout.samples else _headings(table, layout)
    if not found:
        return table, layout
    others = [name for name in table.columns if name not in (found.column, READ_PROBLEM)]
    are_alone = found.are_headings & ~any_written(table, others)
    samples = found.words.filter(are_alone)
    filled = pl.select(pl.when(are_alone).then(found.words).forward_fill()).to_series()
    rows = pl.DataFrame({"sample": filled, "name": found.words}).filter(~found.are_headings)
    if not are_alone[0] or not are_samples(samples, rows):
        return table, layout
    header = _free("Sample", table)
    note = _note(found, are_alone, "are the samples of the")
    table = table.with_columns(filled.alias(header))
    return _marked(table, are_alone, SAMPLE), layout.with_column("sample", header, note)


def are_samples(samples: pl.Series, rows: pl.DataFrame) -> bool:
    """Whether headings differ, are no lipids, and have the same molecules below them.

    So are half of those of the smallest sample or more.
    """
    are_lipids = any(LIPID.search(word) for word in samples)
    if are_lipids or len(samples) < FEWEST_SAMPLES or len(samples) != rows["sample"].n_unique():
        return False
    pairs = rows.unique()
    are_shared = pairs["name"].is_duplicated()
    smallest = pairs["sample"].value_counts()["count"].min()
    return 2 * pairs.filter(are_shared)["name"].n_unique() >= int(smallest)  # type: ignore[arg-type]


def _headings(table: pl.DataFrame, layout: Layout) -> Headings | None:
    """The rows with a text in place of a name and no time; None if there are none, or no others."""
    texts = [name for name in layout.header if table[name].dtype == pl.String]
    column, times = layout.roles.get("name") or next(iter(texts), ""), _time_columns(layout)
    if column not in texts or not times or layout.has_molecules:
        return None
    have_no_time = ~any_written(table, times, ABSENT)
    if not have_no_time.any():
        return None
    are_headings = are_written(table[column]) & have_no_time
    if not are_headings.any() or are_headings.all():
        return None
    words = table[column].str.replace(AFTER, "").str.strip_chars()
    return Headings(column, words, are_headings)


def _note(found: Headings, rows: pl.Series, what: str) -> str:
    words = quoted_list(found.words.filter(rows).unique(maintain_order=True).to_list())
    return f"The headings {words} in {found.column!r} {what} rows below them."


def _time_columns(layout: Layout) -> list[str]:
    own = [layout.roles["rt"]] if "rt" in layout.roles else []
    return own + [one.rt for one in layout.samples if one.rt]


def _marked(table: pl.DataFrame, rows: pl.Series, problem: str) -> pl.DataFrame:
    """The table with a problem for some rows."""
    earlier = pl.col(READ_PROBLEM) if READ_PROBLEM in table.columns else pl.lit(None, pl.String)
    marked = pl.when(rows).then(pl.lit(problem)).otherwise(earlier)
    return table.with_columns(marked.alias(READ_PROBLEM))


def _free(header: str, table: pl.DataFrame) -> str:
    while header in table.columns:
        header += "'"
    return header
