"""Reading a table of text: its separator, its quotes and its ragged rows.

A clean file goes straight through Polars. One that is odd in any way is taken apart into records
first, so that each is kept and its cells are counted; Polars then parses those.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl
from polars.exceptions import PolarsError

from app.analysis.errors import PeakTableError
from app.analysis.reading.columns import known_columns
from app.analysis.reading.encoding import (
    EMPTY,
    UTF16_MARKS,
    WHAT_TO_DO,
    count_byte,
    read_head,
    read_text,
    reject_nul_bytes,
)
from app.analysis.reading.layout import MOST_LINES_ABOVE, first_cell, layout_of, lines_above
from app.analysis.reading.sources.source import Above
from app.analysis.reading.table_size import (
    LONGEST_HEADER_BYTES,
    MOST_CELLS,
    check_header_length,
    check_table_size,
)
from app.analysis.reading.text_records import UNIT, count_cells, join_lines, split_lines

SEPARATORS = (",", ";", "\t", "|")
# The semicolon of 36:1;O2 separates no cells, in a table where semicolons do.
CERAMIDE_SEMICOLON = r"(:\d+);(\(?O|\dO|\d\))"
# Excel's own first line that names the separator; it is none of the table's.
EXCEL_HINT = "sep="
# The column that says what is wrong with a row as it was read; it is there if some row is.
READ_PROBLEM = "__problem__"

# A header that one separator parts into many cells is one long cell by another.
csv.field_size_limit(LONGEST_HEADER_BYTES)


class Cells(NamedTuple):
    """The cells of a table, and those of the lines above its header."""

    table: pl.DataFrame
    above: Above = ()


def read_text_table(path: Path, mapping: Mapping[str, str] | None = None) -> Cells:
    """The cells of a CSV-like file, one row for each record that is not blank.

    Cells are text, but for the columns of numbers where all are plain ones. ``mapping`` is that of
    ``layout_of``.

    Raises:
        PeakTableError: the file is empty or no table, or the mapping names what it has not.
    """
    head = read_head(path)
    table = _read_clean(path, head, mapping or {})
    return _read_irregular(path, mapping or {}) if table is None else Cells(table)


def _read_clean(path: Path, head: bytes, mapping: Mapping[str, str]) -> pl.DataFrame | None:
    """What Polars reads; None where it cannot, or where it may have filled up a short row."""
    line = _clean_header(head)
    if line is None:
        return None
    header, separator = _split_header(line, mapping)
    if separator == ";" or len(set(header)) < len(header):
        return None
    _check_size(path, len(header))
    reject_nul_bytes(path)
    numbers = dict.fromkeys(layout_of(header, mapping).numbers, pl.Float64)
    try:
        table = pl.read_csv(path, separator=separator, infer_schema=False, schema_overrides=numbers)
    except PolarsError:
        return None
    if table.columns != header:
        return None
    if not table[header[-1]].has_nulls():
        return table
    is_even = count_byte(path, separator) == (len(header) - 1) * (table.height + 1)
    return table if is_even and not count_byte(path, '"') else None


def _clean_header(head: bytes) -> str | None:
    """The first line, where it can be the header as Polars reads it."""
    if head.startswith(UTF16_MARKS):
        return None
    try:
        line = head.split(b"\n", 1)[0].decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError:
        return None
    if lines_above([first_cell(line) for line in _lines(head)]):
        return None
    is_odd = "\r" in line or line.count('"') % 2 or line.lower().startswith(EXCEL_HINT)
    return None if is_odd or not line.strip() else line


def _lines(head: bytes) -> list[str]:
    return head.decode("utf-8-sig", errors="replace").split("\n", MOST_LINES_ABOVE)


def _read_irregular(path: Path, mapping: Mapping[str, str]) -> Cells:
    """The careful way: records first, then their cells, all of them text."""
    lines = split_lines(read_text(path))
    if lines.is_empty():
        raise PeakTableError(EMPTY)
    if lines[0].lower().startswith(EXCEL_HINT):
        lines = lines[1:]
    above = lines_above([first_cell(line) for line in lines.head(MOST_LINES_ABOVE)])
    over, lines = lines.head(above), lines[above:]
    for line in [*over, *lines.head(1)]:
        check_header_length(len(line))
    header, separator = _split_header(lines[0] if len(lines) else "", mapping)
    check_table_size(len(lines), len(header))
    header = _distinct(header)
    if separator == ";":
        lines = lines.str.replace_all(CERAMIDE_SEMICOLON, f"${{1}}{UNIT}${{2}}")
    records = join_lines(lines[1:], separator, len(header))
    cells = _parse(records, header, separator)
    if separator == ";":
        cells = cells.with_columns(pl.all().str.replace_all(UNIT, ";", literal=True))
    return Cells(
        _mark_ragged(cells, records, separator), list(csv.reader(over, delimiter=separator))
    )


def _parse(records: pl.Series, header: list[str], separator: str) -> pl.DataFrame:
    columns = [str(place) for place in range(len(header))]
    first = separator.join(columns)
    content = "\n".join([first, *records.str.join("\n").drop_nulls()]).encode()
    for quote in ('"', None):
        try:
            cells = pl.read_csv(
                io.BytesIO(content),
                separator=separator,
                quote_char=quote,
                infer_schema=False,
                truncate_ragged_lines=True,
            )
        except PolarsError:
            continue
        if cells.height == len(records):
            return cells.rename(dict(zip(columns, header, strict=True)))
    raise PeakTableError(f"The rows of the file cannot be told apart. {WHAT_TO_DO}")


def _mark_ragged(cells: pl.DataFrame, records: pl.Series, separator: str) -> pl.DataFrame:
    """Say of each record that it has too few cells, or more than the header that hold something."""
    width = cells.width
    count = count_cells(records, separator)
    if (count == width).all():
        return cells
    filled = count_cells(records.str.strip_chars_end(separator + " "), separator)
    is_ragged = (count < width) | (filled > width)
    sentence = pl.format(
        "The row has {} cells than the header ({}, not {}); check its separators and quotes.",
        pl.when(count < width).then(pl.lit("fewer")).otherwise(pl.lit("more")),
        count,
        pl.lit(width),
    )
    return cells.with_columns(pl.when(is_ragged).then(sentence).alias(READ_PROBLEM))


def _split_header(line: str, mapping: Mapping[str, str]) -> tuple[list[str], str]:
    """The cells of the header, by the separator that gives the most columns we know."""

    def cells(separator: str) -> list[str]:
        return next(csv.reader([line], delimiter=separator), [])

    def known(separator: str) -> tuple[int, int]:
        found: Sequence[str] = cells(separator)
        return len(known_columns(found)) + len(set(mapping.values()) & set(found)), len(found)

    separator = max(SEPARATORS, key=known)
    return cells(separator), separator


def _check_size(path: Path, columns: int) -> None:
    """Refuse what would be too many cells, short rows filled up; most files cannot be."""
    if path.stat().st_size * columns > MOST_CELLS:
        check_table_size(count_byte(path, "\n"), columns)


def _distinct(header: list[str]) -> list[str]:
    """The header with a number behind names that occur again."""
    seen: set[str] = set()
    distinct = []
    for place, name in enumerate(header):
        own = f"{name} ({place + 1})" if name in seen else name
        while own in seen:
            own += "'"
        seen.add(own)
        distinct.append(own)
    return distinct
