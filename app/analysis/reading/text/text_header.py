"""The header of a table of text: its separator, its place and its columns."""

import csv
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple

import polars as pl

from app.analysis.reading.layout.header import (
    MOST_LINES_SEARCHED,
    header_place,
    is_complete,
    roles_named,
)
from app.analysis.reading.table_size import LONGEST_HEADER_BYTES
from app.analysis.reading.text.aligned_columns import ROW_NUMBER
from app.analysis.reading.text.text_encoding import UTF16_MARKS, utf16_without_mark
from app.analysis.reading.text.text_records import count_cells

# The quoted cells of a header span at most so many lines.
MOST_HEADER_LINES = 10
MOST_CHARACTERS_SEARCHED = 1 << 18
SEPARATORS = (",", ";", "\t", "|")
# Excel's own first line that names the separator; it is not part of the table.
EXCEL_HINT = "sep="

# A header that one separator splits into many cells is one long cell for another.
csv.field_size_limit(LONGEST_HEADER_BYTES)


class TextHeader(NamedTuple):
    """The separator of a table, the cells of the lines above its header, and its header."""

    separator: str
    above: Sequence[Sequence[str]]
    cells: list[str]


def find_header(lines: Sequence[str], wanted: Collection[str] = ()) -> TextHeader:
    """The header among the first lines of a table, by the separator that names the most roles.

    ``wanted`` are headers that a person chose.
    """
    found = []
    lines = lines[: _count_searched(lines)]
    for separator in SEPARATORS:
        found.append(_split(lines, separator, wanted))
        if is_complete(found[-1].cells):
            return found[-1]
    return max(found, key=lambda header: (roles_named(header.cells, wanted), len(header.cells)))


def with_header_on_one_line(lines: pl.Series) -> pl.Series:
    r"""The lines with a header joined whose quoted cells span several, as ``"RT\n(min)"``."""
    first = lines.head(MOST_LINES_SEARCHED).to_list()
    for start, line in enumerate(first):
        if line.count('"') % 2 == 0:
            continue
        for end in range(start + 2, start + 2 + MOST_HEADER_LINES):
            joined = " ".join(first[start:end])
            if len(joined) > MOST_CHARACTERS_SEARCHED:
                break
            if joined.count('"') % 2 == 0:
                if any(is_complete(_cells(joined, separator)) for separator in SEPARATORS):
                    return pl.concat([lines[:start], pl.Series([joined]), lines[end:]])
                break
    return lines


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _count_searched(lines: Sequence[str]) -> int:
    """How many of the first lines are searched, so that long lines cannot take minutes."""
    ends = accumulate(len(line) for line in lines[:MOST_LINES_SEARCHED])
    return 1 + sum(end < MOST_CHARACTERS_SEARCHED for end in ends)


def _split(lines: Sequence[str], separator: str, wanted: Collection[str]) -> TextHeader:
    rows = [_cells(line, separator) for line in lines]
    place = header_place(rows, wanted)
    return TextHeader(separator, rows[:place], rows[place] if rows else [])


def regular_header(head: bytes, wanted: Collection[str] = ()) -> TextHeader | None:
    """The header of a file, if it is the first line and Polars can read it."""
    if head.startswith(UTF16_MARKS) or utf16_without_mark(head):
        return None
    try:
        line = head.split(b"\n", 1)[0].decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError:
        return None
    is_irregular = "\r" in line or line.count('"') % 2 or line.lower().startswith(EXCEL_HINT)
    if is_irregular or not line.strip():
        return None
    lines = head.decode("utf-8-sig", errors="replace").split("\n", MOST_LINES_SEARCHED)
    found = find_header([line, *(other for other in lines[1:-1] if other.strip())], wanted)
    return None if found.above else found


def has_row_numbers(lines: pl.Series, found: TextHeader) -> bool:
    """Whether each row begins with a number of its own that the header leaves out, as in R."""
    width = len(found.cells) + 1
    first = lines.str.split(found.separator).list.first()
    return (
        len(lines) > 0
        and is_complete(found.cells)
        and bool((count_cells(lines, found.separator) == width).all())
        and not lines.str.strip_chars_end(" ").str.ends_with(found.separator).any()
        and first.str.contains(ROW_NUMBER).all()
        and first.is_unique().all()
    )
