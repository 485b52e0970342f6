"""Decode the bytes of a table of text, and refuse files that are something else."""

import codecs
import mmap
import re
from pathlib import Path

import numpy as np

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import Findings
from app.analysis.reading.table_size import (
    LONGEST_HEADER_BYTES,
    MOST_ROWS,
    check_count,
    check_header_length,
)
from app.analysis.reading.text.text_encoding import (
    UTF16_MARKS,
    decode_table,
    doubts_of_utf8,
    lines_beyond_ascii,
    utf16_without_mark,
)

# Enough bytes to recognise text.
HEAD_BYTES = 65_536
# As many as the cache of a core holds, so that a chunk is read from memory once.
CHUNK_BYTES = 1 << 18
# The first bytes of files that are something else.
OTHER_KINDS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a picture or a sound",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"#!": "a script",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xfd7zXZ": "an xz archive",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"SQLite format 3": "a database",
    b"ARROW1": "an Arrow file",
    b"{\\rtf": "an RTF document",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"<": "a web page or XML",
}
# An object or a list; [Header] is a line of LabSolutions.
JSON = re.compile(rb"\{|\[\s*[\[{\"\d\]-]")
WHAT_TO_DO = "Export the peak table as CSV, TSV, XLSX, XLS, XLSB, ODS or Parquet and try again."
EMPTY = "The file is empty. Choose a table with a header and at least one row."
NUL_BYTES = "The file has NUL bytes: it is damaged. Save it as CSV in UTF-8 and try again."
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")


def read_head(path: Path) -> bytes:
    """Read the first bytes of a file that can be a table of text.

    Raises:
        PeakTableError: the file is empty, of another kind, or its header or number of rows exceeds
            the limits.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise PeakTableError(EMPTY)
    kind = _other_kind(head.removeprefix(codecs.BOM_UTF8).lstrip())
    if kind:
        raise PeakTableError(f"The file is {kind}, not a table of text. {WHAT_TO_DO}")
    is_utf16 = head.startswith(UTF16_MARKS) or utf16_without_mark(head)
    if not is_utf16 and CONTROL.search(head):
        raise PeakTableError(f"The file is not a table of text. {WHAT_TO_DO}")
    _check_limits(path)
    return head


def _other_kind(head: bytes) -> str:
    """What else than a table of text a file is, by its first bytes; empty if it can be one."""
    if kind := next((kind for mark, kind in OTHER_KINDS.items() if head.startswith(mark)), ""):
        return kind
    return "JSON" if JSON.match(head) else ""


def _check_limits(path: Path) -> None:
    """Check the length of the first line and the number of rows, before the file is read whole."""
    with path.open("rb") as file:
        start = file.read(LONGEST_HEADER_BYTES + 1)
    if b"\n" not in start and b"\r" not in start:
        check_header_length(len(start))
    if path.stat().st_size > MOST_ROWS:
        check_count("rows", count_byte(path, "\n"), MOST_ROWS)


def may_be_other_encoding(path: Path) -> bool:
    """Whether a file of UTF-8 has so few characters beyond ASCII that it can be so by chance."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        parts = (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))
        if content[:3] == codecs.BOM_UTF8 or all(map(bytes.isascii, parts)):
            return False
        return bool(doubts_of_utf8(lines_beyond_ascii(content)))


def reject_nul_bytes(path: Path) -> None:
    """Refuse a file with NUL bytes that is not UTF-16.

    Raises:
        PeakTableError: the file has a NUL byte.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(b"\0") >= 0:
            raise PeakTableError(NUL_BYTES)


def count_byte(path: Path, byte: str) -> int:
    """Count an ASCII character in a file."""
    number = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            number += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == ord(byte)))
    return number


def read_text(path: Path, encoding: str, findings: Findings) -> str:
    """Read and decode a whole file; its lines end with a line feed.

    Raises:
        PeakTableError: the text has NUL characters.
    """
    content = path.read_bytes()
    check_count("rows", content.count(b"\r"), MOST_ROWS)
    text, found = decode_table(content, encoding)
    findings.add(*found)
    if "\0" in text:
        raise PeakTableError(NUL_BYTES)
    return text.replace("\r\n", "\n").replace("\r", "\n")
