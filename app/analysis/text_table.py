"""Reading a table of text: its encoding, its separator and its ragged rows.

A clean file goes straight through Polars. Only where Polars cannot parse it, Python's own reader
takes it apart, cell by cell, so that no row is lost.
"""

import codecs
import csv
import io
import re
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from app.analysis.columns import recognise_columns
from app.analysis.errors import PeakTableError

SEPARATORS = (",", ";", "\t", "|")
# Enough for any header, and to tell text from other files.
HEAD_BYTES = 65_536
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOT_A_TABLE = (
    "The file is not a table of text. Export it as CSV, TSV, XLSX or Parquet and try again."
)
# The semicolon of 36:1;O2 separates no cells, in a table where semicolons do.
CERAMIDE_SEMICOLON = re.compile(r"(?<=\d:\d);(?=\(?O|\d\b)")
STAND_IN = "\x1f"
# How files begin that are text of another kind.
OTHER_TEXT = (b"%PDF", b"<", b"{", b"[")
# What the rest of a row that is too long is kept as.
EXTRA = "__extra__"


def read_text_table(path: Path) -> pl.DataFrame:
    """All cells of a CSV-like file. Numbers are parsed where every cell of the column is one.

    Rows with more cells than the header have the rest in the column ``EXTRA``.

    Raises:
        PeakTableError: the file is empty, or no table.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise PeakTableError(
            "The file is empty. Choose a table with a header and at least one row."
        )
    if head.lstrip().startswith(OTHER_TEXT):
        raise PeakTableError(NOT_A_TABLE)
    if head.startswith(UTF16_MARKS) or not _is_utf8(path):
        return _read_decoded(_decode(path.read_bytes()))
    return _read_utf8(path, head)


def _read_utf8(path: Path, head: bytes) -> pl.DataFrame:
    text = codecs.decode(head, "utf-8-sig", "ignore")
    separator = _separator(_header_line(text))
    if separator == ";":
        return _read_decoded(path.read_text(encoding="utf-8-sig"))
    try:
        table = pl.read_csv(
            path,
            separator=separator,
            infer_schema_length=1000,
            null_values=[""],
            try_parse_dates=False,
        )
    except PolarsError:
        return _read_decoded(path.read_text(encoding="utf-8-sig"))
    has_blank_rows = (
        table.height and table.select(pl.all_horizontal(pl.all().is_null()).any()).item()
    )
    if has_blank_rows or not table.width or not table.height:
        return _read_decoded(path.read_text(encoding="utf-8-sig"))
    return table


def _read_decoded(text: str) -> pl.DataFrame:
    """The careful way: every cell as text, every row kept, blank lines passed over."""
    if "\0" in text:
        raise PeakTableError(NOT_A_TABLE)
    separator = _separator(_header_line(text))
    text = CERAMIDE_SEMICOLON.sub(STAND_IN, text)
    try:
        rows = [_restored(row) for row in csv.reader(io.StringIO(text), delimiter=separator)]
        rows = [row for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise PeakTableError(f"{NOT_A_TABLE} ({error})") from None
    if len(rows) < 2:
        recognise_columns(rows[0] if rows else [])
        raise PeakTableError(
            "The table has a header but no rows. Choose one with at least one row."
        )
    header = _distinct(rows[0])
    width = len(header)
    cells = [[*row[:width], *[None] * (width - len(row)), _rest(row, width)] for row in rows[1:]]
    schema = dict.fromkeys([*header, EXTRA], pl.String)
    return pl.DataFrame(cells, schema=schema, orient="row")


def _restored(row: list[str]) -> list[str]:
    return [cell.replace(STAND_IN, ";") for cell in row]


def _rest(row: list[str], width: int) -> str | None:
    return " | ".join(row[width:]) if any(row[width:]) else None


def _distinct(header: list[str]) -> list[str]:
    """The header with a number behind names that occur again."""
    return [
        name if name not in header[:place] else f"{name} ({place + 1})"
        for place, name in enumerate(header)
    ]


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def _header_line(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip())
    return next(lines, "")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(1 << 20):
                if b"\0" in chunk:
                    raise PeakTableError(NOT_A_TABLE)
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _decode(content: bytes) -> str:
    """UTF-16 by its mark, else Windows-1252, which includes what Latin-1 has in print."""
    try:
        if content.startswith(UTF16_MARKS):
            return content.decode("utf-16")
        return content.decode("cp1252", errors="replace")
    except UnicodeDecodeError:
        raise PeakTableError(NOT_A_TABLE) from None
