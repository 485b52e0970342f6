"""Divide the columns of a table that are aligned by spaces, as in printed reports, by tabs."""

import csv
import re
from collections.abc import Sequence

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.reading.layout.header import MOST_LINES_SEARCHED, is_complete

# Longer tables are no printed reports.
MOST_LINES, LONGEST_LINE = 100_000, 5_000
# A header of the report can have single spaces.
HEADER_CELL = re.compile(r"\S+(?: \S+)*")
WORD = re.compile(r"\S+")
NOT_ALIGNED = (
    "The columns of the table are divided by spaces and do not line up in every row, so that its "
    "cells cannot be told apart. Export it with tabs, commas or semicolons and try again."
)
# The number of a row, which R writes without a header above it.
ROW_NUMBER = r'^"?\d+"?$'
Span = tuple[int, int]


def with_tabs(lines: pl.Series) -> pl.Series:
    """The lines of a table with tabs between its columns, if spaces divide them; else as they are.

    Raises:
        PeakTableError: spaces divide its header, but its columns do not line up.
    """
    texts = lines.to_list() if len(lines) <= MOST_LINES else []
    place = next(
        (n for n, text in enumerate(texts[:MOST_LINES_SEARCHED]) if _is_header(text)), None
    )
    if place is None or any("\t" in text for text in texts):
        return lines
    rows = _by_words(texts[place:]) or _by_place(texts[place:])
    if rows is None:
        raise PeakTableError(NOT_ALIGNED)
    return pl.Series(lines.name, texts[:place] + ["\t".join(row) for row in rows])


def _is_header(text: str) -> bool:
    if len(text) > LONGEST_LINE:
        return False
    return is_complete(HEADER_CELL.findall(text)) or is_complete(_words(text))


def _words(text: str) -> list[str]:
    """The words of a line; quoted ones can have spaces."""
    cells = next(csv.reader([text.strip()], delimiter=" ", skipinitialspace=True), [])
    return [cell for cell in cells if cell]


def _by_words(lines: Sequence[str]) -> list[list[str]] | None:
    """A cell for each word, if every line has as many as the header, or its number before."""
    header, *rows = map(_words, lines)
    counts = {len(row) for row in rows}
    if not is_complete(header) or len(counts) != 1 or not {len(header), len(header) + 1} & counts:
        return None
    if counts == {len(header)}:
        return [header, *rows]
    are_numbered = all(re.fullmatch(ROW_NUMBER, row[0]) for row in rows)
    return [["row", *header], *rows] if are_numbered else None


def _by_place(lines: Sequence[str]) -> list[list[str]] | None:
    """A cell for each header, if no text of any line stands below two of them."""
    headers = [found.span() for found in HEADER_CELL.finditer(lines[0])]
    columns = _columns(_filled(lines), headers)
    if columns is None:
        return None
    return [[line[start:end].strip() for start, end in columns] for line in lines]


def _filled(lines: Sequence[str]) -> list[Span]:
    """The places where some line has text, as spans between those where all are blank."""
    used = bytearray(max(map(len, lines)))
    for line in lines:
        for found in WORD.finditer(line):
            used[found.start() : found.end()] = b"x" * (found.end() - found.start())
    return [found.span() for found in re.finditer(rb"x+", used)]


def _columns(filled: Sequence[Span], headers: Sequence[Span]) -> list[Span] | None:
    """The span of each column; None if one has two headers, or none at all."""
    columns: dict[Span, Span] = {}
    last = None
    for start, end in filled:
        over = [each for each in headers if each[0] < end and start < each[1]]
        if not over and last is not None and start - columns[last][1] == 1:
            over = [last]  # a word of the column before, as the ceramide of GM3 36:1;O2
        if len(over) != 1:
            return None
        last = over[0]
        columns[last] = (columns.get(last, (start, end))[0], end)
    return list(columns.values())
