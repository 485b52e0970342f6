"""Join a column of classes and one of ceramides to names: GM3 and 36:1;O2 are GM3 36:1;O2."""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.name_columns.ceramide_numbers import ceramides_by_number
from app.analysis.reading.name_columns.chain_columns import ceramides_in
from app.analysis.reading.name_columns.clock_ceramides import ceramides_of_clocks
from app.analysis.reading.name_columns.name_column import (
    MOST,
    MOST_COLUMNS,
    has_names,
    share_of_names,
)

# A ceramide that makes a name of a class.
CERAMIDE = "36:1;O2"
NOTE_ON_CLOCKS = (
    "A spreadsheet made clock times of the ceramides in {!r}, as 36:01:00 of 36:1. They are read "
    "as ceramides."
)


def with_class_in_names(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> tuple[pl.DataFrame, Layout]:
    """The table with names made of a class and a ceramide, where no column has whole names.

    The ceramide is a column of its own, columns of its base and acyl chain, or of its carbons and
    double bonds. A class stands for the rows below it too, as in merged cells.

    Raises:
        PeakTableError: a column counts hydroxyl groups in an unknown way.
    """
    if "name" in mapping or layout.has_molecules:
        return table, layout
    texts = [name for name in table.columns[:MOST_COLUMNS] if table[name].dtype == pl.String]
    texts = [name for name in texts if name in layout.header]
    if not texts or any(has_names(table[name]) for name in texts):
        return table, layout
    peaks = _rows_with_times(table, layout)
    of_classes = [name for name in texts if _are_classes(peaks[name])]
    if not of_classes:
        return table, layout
    classes = of_classes[0]
    others = [name for name in texts if name not in of_classes]
    if ceramides := ceramides_in(table, others) or ceramides_by_number(table):
        return _joined(table, layout, classes, *ceramides)
    read = {name for role, name in layout.roles.items() if role != "name"}
    free = [name for name in layout.header[:MOST_COLUMNS] if name not in read]
    if ceramides := ceramides_of_clocks(table, free):
        table, layout = _joined(table, layout, classes, *ceramides)
        return table, layout.with_notes(NOTE_ON_CLOCKS.format(ceramides[1][0]))
    return table, layout


def _rows_with_times(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The rows that can be peaks, unlike the total of a class; all if no column has times."""
    rt = layout.roles.get("rt", "")
    if not rt or table[rt].dtype != pl.String:
        return table.filter(pl.col(rt).is_not_null()) if rt else table
    return table.filter(pl.col(rt).str.strip_chars().fill_null("") != "")


def _are_classes(cells: pl.Series) -> bool:
    """Whether most cells are classes, such as GM3, which a ceramide makes names of."""
    names = cells.drop_nulls().str.strip_chars()
    names = names.filter(names != "").unique(maintain_order=True)
    return share_of_names(names + f" {CERAMIDE}") > MOST


def _joined(
    table: pl.DataFrame,
    layout: Layout,
    classes: str,
    ceramides: pl.Series,
    columns: list[str],
) -> tuple[pl.DataFrame, Layout]:
    """The table with a column of names; ``columns`` are the headers of the ceramides."""
    word = pl.col(classes).str.strip_chars()
    is_written = word.is_not_null() & (word != "")
    filled = pl.when(is_written).then(word).forward_fill()
    name = pl.when(ceramides != "").then(pl.format("{} {}", filled, ceramides))
    header = " ".join([classes, *columns])
    while header in table.columns:
        header += "'"
    note = _note([classes, *columns], is_filled=not table.select(is_written.all()).item())
    return table.with_columns(name.alias(header)), layout.with_column("name", header, note)


def _note(columns: list[str], *, is_filled: bool) -> str:
    """Which columns the names are made of, the class first, and whether its empty cells are."""
    note = f"Names are made of the columns {quoted_list(columns[:-1])} and {columns[-1]!r}."
    if is_filled:
        note += f" An empty cell of {columns[0]!r} is read as the class above it."
    return note
