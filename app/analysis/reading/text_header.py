"""The header of a table of text: its separator and its columns."""

import csv
from collections.abc import Mapping, Sequence

from app.analysis.reading.columns import known_columns
from app.analysis.reading.encoding import UTF16_MARKS
from app.analysis.reading.layout import MOST_LINES_ABOVE, first_cell, lines_above
from app.analysis.reading.table_size import LONGEST_HEADER_BYTES

SEPARATORS = (",", ";", "\t", "|")
# Excel's own first line that names the separator; it is not part of the table.
EXCEL_HINT = "sep="

# A header that one separator splits into many cells is one long cell for another.
csv.field_size_limit(LONGEST_HEADER_BYTES)


def regular_header(head: bytes) -> str | None:
    """The first line of a file, if Polars can read it as the header."""
    if head.startswith(UTF16_MARKS):
        return None
    try:
        line = head.split(b"\n", 1)[0].decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError:
        return None
    lines = head.decode("utf-8-sig", errors="replace").split("\n", MOST_LINES_ABOVE)
    if lines_above([first_cell(line) for line in lines]):
        return None
    is_irregular = "\r" in line or line.count('"') % 2 or line.lower().startswith(EXCEL_HINT)
    return None if is_irregular or not line.strip() else line


def split_header(line: str, mapping: Mapping[str, str]) -> tuple[list[str], str]:
    """The cells of the header, and the separator that gives the most known columns."""

    def cells(separator: str) -> list[str]:
        return next(csv.reader([line], delimiter=separator), [])

    def known(separator: str) -> tuple[int, int]:
        found: Sequence[str] = cells(separator)
        return len(known_columns(found)) + len(set(mapping.values()) & set(found)), len(found)

    separator = max(SEPARATORS, key=known)
    return cells(separator), separator


def distinct_names(header: list[str]) -> list[str]:
    """The header with a number after each name that occurs again."""
    seen: set[str] = set()
    distinct = []
    for place, name in enumerate(header):
        own = f"{name} ({place + 1})" if name in seen else name
        while own in seen:
            own += "'"
        seen.add(own)
        distinct.append(own)
    return distinct
