"""Leave out rows below the header that describe its columns, as a row ``Group`` or ``Sex`` does."""

import re

import polars as pl

from app.analysis.names.cells.sample_roles import sample_role
from app.analysis.reading.cells.cells import ABSENT
from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import known_columns, quoted_list
from app.analysis.reading.layout.header import is_number
from app.analysis.reading.layout.label_rows import without_label_row
from app.analysis.reading.layout.units_row import without_units_row
from app.analysis.reading.raw_table import READ_PROBLEM, RawTable

MOST_ROWS = 5
LIPID = re.compile(r"\d:\d")
# A missing area, and one below a limit.
NO_LABEL = rf"{ABSENT}|^\s*[<>]"
# One text can be a remark on a peak.
FEWEST_LABELS = 2
# The numbers below decide whether a column holds numbers.
MOST_LOOKED_AT = 200


def without_rows_of_header(raw: RawTable) -> RawTable:
    """The table without rows of sample names, units and descriptions below its header."""
    return without_description_rows(without_units_row(without_label_row(raw)))


def without_description_rows(raw: RawTable) -> RawTable:
    """The table without rows of texts in columns of numbers, which have no time and no peak.

    A row that names the roles of samples, such as blanks, stays, since they would be lost.
    """
    table, notes = raw.table, list(raw.notes)
    known = known_columns([name for name in table.columns if name != READ_PROBLEM])
    name, rt = known.get("name", ""), known.get("rt", "")
    if not name or not rt or table[name].dtype != pl.String:
        return raw
    place = 0
    while place < min(MOST_ROWS, table.height - 1):
        labels = _labels(table, place, name, rt)
        if not labels:
            break
        what, place = str(table[name][place]).strip(), place + 1
        notes.append(f"The row {what!r} below the header ({quoted_list(labels)}) is no peak.")
    return raw._replace(table=table[place:], notes=tuple(notes)) if place else raw


def _labels(table: pl.DataFrame, place: int, name: str, rt: str) -> list[str]:
    """The texts in a row of descriptions; empty for another row."""
    row = {header: str(cell or "").strip() for header, cell in table.row(place, named=True).items()}
    if not row[name] or row[rt]:
        return []
    missing = pl.Series(row.values()).str.contains(NO_LABEL)
    others = {
        header: cell
        for (header, cell), is_missing in zip(row.items(), missing, strict=True)
        if header not in (name, rt) and not is_missing
    }
    is_lipid = bool(LIPID.search(row[name])) or is_ganglioside(row[name])
    if is_lipid or READ_PROBLEM in others or len(others) < FEWEST_LABELS:
        return []
    below = table[place + 1 : place + MOST_LOOKED_AT]
    are_texts = not any(map(is_number, others.values()))
    has_roles = any(sample_role(cell) not in (None, "sample") for cell in others.values())
    if not are_texts or has_roles or not all(_has_numbers(below[each]) for each in others):
        return []
    return list(others.values())


def _has_numbers(cells: pl.Series) -> bool:
    """Whether cells of texts are mostly numbers."""
    if cells.dtype != pl.String:
        return False
    written = cells.filter(~cells.str.contains(ABSENT))
    return 2 * sum(map(is_number, written)) > len(written)
