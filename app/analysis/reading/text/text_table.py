"""Read a table of text (CSV, TSV and the like) with any separator, quotes and ragged rows.

Polars reads a regular file at once. An irregular one is split into records first, so that each is
kept and its cells are counted, and Polars parses the records.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells.parsed_notation import is_unclear_when_parsed
from app.analysis.reading.decisions import AS_FOUND, AUTO, Findings, ReadingChoices
from app.analysis.reading.layout.header import (
    ENOUGH_ROLES,
    MOST_LINES_SEARCHED,
    named_columns,
    roles_named,
    with_group_labels,
)
from app.analysis.reading.layout.layout import layout_of
from app.analysis.reading.raw_table import RawTable
from app.analysis.reading.sources import SOURCES, document_source, source_of
from app.analysis.reading.sources.source import Source
from app.analysis.reading.table_size import (
    MOST_CELLS,
    check_header_length,
    check_table_size,
)
from app.analysis.reading.text.aligned_columns import with_tabs
from app.analysis.reading.text.encoding import (
    EMPTY,
    HEAD_BYTES,
    WHAT_TO_DO,
    count_byte,
    may_be_other_encoding,
    read_head,
    read_text,
    reject_nul_bytes,
)
from app.analysis.reading.text.text_header import (
    EXCEL_HINT,
    TextHeader,
    find_header,
    has_row_numbers,
    regular_header,
    with_header_on_one_line,
)
from app.analysis.reading.text.text_records import (
    UNIT,
    join_lines,
    keep_ceramide_semicolons,
    keep_separators_of_names,
    mark_ragged,
    split_lines,
)
from app.analysis.reading.text.tried_encodings import UTF8

# Enough to tell a file of sections by its first lines.
BEGINNING_BYTES = 8_192


def read_text_table(
    path: Path, choices: ReadingChoices = AS_FOUND, findings: Findings | None = None
) -> RawTable:
    """Read the cells of a CSV-like file, one row for each record that is not blank.

    Cells are text, except in columns where each is a plain number. ``findings``
    collects what was decided about the encoding.

    Raises:
        PeakTableError: the file is empty or not a table, or the mapping names a column that does
            not exist.
    """
    findings = findings or Findings()
    head = read_head(path)
    source = document_source(head[:BEGINNING_BYTES].decode("utf-8-sig", "replace").splitlines())
    if source is not None:
        return _read_document(read_text(path, choices.encoding, findings), source)
    is_plain = choices.encoding == UTF8 or (
        choices.encoding == AUTO and not may_be_other_encoding(path)
    )
    table = _read_clean(path, head, choices.columns) if is_plain else None
    if table is not None:
        return RawTable(table)
    return _read_irregular(read_text(path, choices.encoding, findings), choices.columns)


def _read_document(text: str, source: Source) -> RawTable:
    """The table in a file of sections, such as mzTab-M."""
    document = source.read_document(text.split("\n"))
    check_table_size(len(document.rows), len(document.header))
    header = named_columns(document.header)
    table = pl.DataFrame(document.rows, dict.fromkeys(header, pl.String), orient="row")
    return RawTable(table, source=source, notes=document.notes)


def _read_clean(path: Path, head: bytes, mapping: Mapping[str, str]) -> pl.DataFrame | None:
    """The table as Polars reads it; None if it cannot, or may have filled up a short row."""
    found = regular_header(head, mapping.values())
    if found is None:
        return None
    header, separator = found.cells, found.separator
    if separator == ";" or named_columns(header) != header:
        return None
    _check_size(path, len(header))
    reject_nul_bytes(path)
    roles = layout_of(header, mapping).number_roles
    numbers = dict.fromkeys(roles, pl.Float64)
    content = path if len(head) == HEAD_BYTES else head  # a small file is in memory already
    try:
        table = pl.read_csv(
            content, separator=separator, infer_schema=False, schema_overrides=numbers
        )
    except PolarsError:
        return None
    if table.columns != header or is_unclear_when_parsed(table, roles):
        return None
    if not table[header[-1]].has_nulls():
        return table
    is_even = count_byte(path, separator) == (len(header) - 1) * (table.height + 1)
    return table if is_even and not count_byte(path, '"') else None


def _read_irregular(text: str, mapping: Mapping[str, str]) -> RawTable:
    """Read the records first, then their cells, all of them as text."""
    lines = split_lines(text)
    if lines.is_empty():
        raise PeakTableError(EMPTY)
    if lines[0].lower().startswith(EXCEL_HINT):
        lines = lines[1:]
    found, lines = _header_and_rows(with_header_on_one_line(lines), mapping)
    header, separator = _whole_header(found), found.separator
    if separator == ";":
        lines = keep_ceramide_semicolons(lines)
    records = join_lines(lines, separator, len(header))
    records = keep_separators_of_names(records, separator, len(header))
    cells = _parse(records, header, separator)
    if records.str.contains(UNIT, literal=True).any():
        cells = cells.with_columns(pl.all().str.replace_all(UNIT, separator, literal=True))
    return RawTable(mark_ragged(cells, records, separator), found.above)


def _header_and_rows(lines: pl.Series, mapping: Mapping[str, str]) -> tuple[TextHeader, pl.Series]:
    """The header among the lines of a table, and the lines below it."""
    for line in lines.head(MOST_LINES_SEARCHED):
        check_header_length(len(line))
    found = find_header(lines.head(MOST_LINES_SEARCHED).to_list(), mapping.values())
    if not mapping and roles_named(found.cells) < ENOUGH_ROLES:
        lines = with_tabs(lines)
        found = find_header(lines.head(MOST_LINES_SEARCHED).to_list())
    rows = lines[len(found.above) + 1 :]
    check_table_size(len(rows), len(found.cells))
    if has_row_numbers(rows, found):
        found = found._replace(cells=["", *found.cells])
    return found, rows


def _whole_header(found: TextHeader) -> list[str]:
    """The names of the columns, with the labels of merged cells above them."""
    cells = found.cells
    if found.above and source_of(cells) is SOURCES[-1]:
        cells = with_group_labels(cells, found.above[-1])
    return named_columns(cells)


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


def _check_size(path: Path, columns: int) -> None:
    """Check the number of cells with short rows filled up, if the file is large enough."""
    if path.stat().st_size * columns > MOST_CELLS:
        check_table_size(count_byte(path, "\n"), columns)
