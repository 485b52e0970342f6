"""Find the samples of a table whose column of samples is not called so, as ``Mouse`` or ``Run``.

Peaks of several samples that are read as one would compete: of two rows of a species at most one
could be confirmed. The columns are known by their words, and by the cells: most names have to stand
in most of their values.
"""

from collections.abc import Sequence

import polars as pl

from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.headers.columns import REPEAT, quoted_list
from app.analysis.reading.headers.sample_words import implied_headers
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.sample_partitions import (
    Names,
    are_of_one_time,
    could_be_samples,
    sample_columns_of,
)
from app.analysis.reading.sources import SOURCES

# What else tells two rows of one name apart: they are two ions.
IONS = ("adduct", "charge", "isotope_label")
RAW_FILE = r"(?i)\.(?:raw|d|wiff2?|mzx?ml|lcd|cdf)\s*$"
# The first cells tell whether a column has files.
MOST_FILES = 1_000
MOST_ROWS, MOST_VALUES = 20_000, 1_000


def with_implied_samples(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a column of samples made of those that split its rows into samples.

    A column of samples that the table has stays a part of it, as a sample with its injections. A
    note says which columns were taken, or that the cells do not decide.
    """
    name = layout.roles.get("name", "")
    if layout.source is not SOURCES[-1] or layout.samples or not name:
        return table, layout
    words = [each for each in implied_headers(layout.header) if each not in layout.used]
    files = [each for each in table.columns if each not in layout.used and _are_files(table[each])]
    found = list(dict.fromkeys((*words, *files)))
    if not found:
        return table, layout
    names = _names(table, layout, found)
    found = [each for each in found if _can_be_samples(names.rows[each])]
    finest = sample_columns_of(names, found)
    if len(finest) == 1 and are_of_one_time(names, finest[0]):
        return _with_column(table, layout, [*names.own, *finest[0]])
    open_ones = list(dict.fromkeys(each for columns in finest for each in columns))
    if not open_ones:
        open_ones = [each for each in found if could_be_samples(names, each)]
    return table, _with_note(layout, open_ones)


def _names(table: pl.DataFrame, layout: Layout, found: Sequence[str]) -> Names:
    own = [layout.roles["sample"]] if "sample" in layout.roles else []
    name, ions = layout.roles["name"], [layout.roles[each] for each in IONS if each in layout.roles]
    rows = table.select(list(dict.fromkeys([*own, *found, name, *ions]))).head(MOST_ROWS)
    return Names(rows, tuple(own), name, tuple(ions), _times(table.head(MOST_ROWS), layout))


def _times(table: pl.DataFrame, layout: Layout) -> pl.Series:
    """The times of the rows as they are written; null for clock times and without a column."""
    cells = table[layout.roles["rt"]] if "rt" in layout.roles else None
    if cells is None or not (cells.dtype == pl.String or cells.dtype.is_numeric()):
        return pl.Series([None] * table.height, dtype=pl.Float64)
    return parse_numbers(cells)


def _are_files(cells: pl.Series) -> bool:
    """Whether a column holds names of raw files, whatever its header is."""
    if cells.dtype != pl.String:
        return False
    known = cells.head(MOST_FILES).drop_nulls()
    return not known.is_empty() and bool(known.str.contains(RAW_FILE).all())


def _can_be_samples(cells: pl.Series) -> bool:
    is_whole = cells.dtype == pl.String or cells.dtype.is_integer() or _are_whole(cells)
    return is_whole and not cells.null_count() and 1 < cells.n_unique() <= MOST_VALUES


def _are_whole(cells: pl.Series) -> bool:
    return cells.dtype.is_float() and bool((cells == cells.floor()).all())


def _with_note(layout: Layout, columns: Sequence[str]) -> Layout:
    """The layout with a note on columns that could be samples and are not read as such."""
    if not columns:
        return layout
    note = (
        f"The cells do not decide whether the values of {quoted_list(columns)} are samples, so "
        "they are not read as such. Choose the column of samples where the table has several."
    )
    return layout.with_notes(note)


def _with_column(
    table: pl.DataFrame, layout: Layout, columns: list[str]
) -> tuple[pl.DataFrame, Layout]:
    """The table with the samples that the columns are together, and a note."""
    header = columns[0]
    if len(columns) > 1:
        header = " ".join(REPEAT.sub("", each) for each in columns)
        while header in table.columns:
            header += "'"
        table = table.with_columns(
            pl.concat_str(pl.col(columns).cast(pl.String), separator=" ").alias(header)
        )
    note = (
        f"Most names stand in most values of {quoted_list(columns)}, so these are read as the "
        "samples. Choose another column of samples, or none, where this is wrong."
    )
    return table, layout.with_column("sample", header, note)
