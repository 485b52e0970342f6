"""Check the size of an ODS workbook without building its sheets.

A cell or a row is repeated by a number that it states, and calamine writes each repetition out, so
that a few bytes can ask for any amount of memory. Repeated empty cells at the end of a row and
empty rows at the end of a sheet are dropped by calamine and count nothing here either.
"""

import re
import zipfile
from collections.abc import Iterable

from app.analysis.reading.table_size import check_table_size

CONTENT = "content.xml"
ATTRIBUTES = rb"""((?:"[^"]*"|'[^']*'|[^>"'])*)"""
TAG = re.compile(
    rb"<(table:(?:table-row|table-cell|covered-table-cell|table)|/table:table-row)"
    rb"(?=[\s/>])" + ATTRIBUTES + rb">"
)
STATED = b"-repeated"
REPEATED = re.compile(rb"""table:number-(?:rows|columns)-repeated\s*=\s*["'](\d+)["']""")
# No program writes these into the cells; they could hide a tag from this check.
HIDING = (b"<!--", b"<![CDATA[", b"<!DOCTYPE")
LONGEST_TAG = 1 << 16


class SheetSize:
    """Counts the rows and columns of a sheet that calamine would write out."""

    def __init__(self, most_cells: int) -> None:
        self._most_cells = most_cells
        self._start()

    def _start(self) -> None:
        self.rows = self.columns = 0
        self._empty_rows = self._row_repeat = self._place = self._last = 0

    def add(self, tag: bytes, attributes: bytes) -> None:
        """Count a tag.

        Raises:
            PeakTableError: the sheet is too large.
            zipfile.BadZipFile: the tag is written as no spreadsheet program does.
        """
        repeats = REPEATED.findall(attributes)
        if attributes.count(STATED) != len(repeats):
            raise zipfile.BadZipFile("A cell states its repetition in no common way.")
        repeat = max(map(int, repeats), default=1)
        if tag == b"table:table":
            self._start()
        elif tag == b"table:table-row":
            self._row_repeat, self._place, self._last = repeat, 0, 0
            if attributes.endswith(b"/"):
                self._empty_rows += repeat
        elif tag == b"/table:table-row":
            self._end_row()
        else:
            self._place += repeat
            if b"value-type" in attributes or not attributes.endswith(b"/"):
                self._last = self._place

    def _end_row(self) -> None:
        if not self._last:
            self._empty_rows += self._row_repeat
            return
        self.rows += self._empty_rows + self._row_repeat
        self._empty_rows = 0
        self.columns = max(self.columns, self._last)
        check_table_size(self.rows, self.columns, most_cells=self._most_cells)


def check_ods_content(pieces: Iterable[bytes], most_cells: int) -> None:
    """Refuse sheets that would take too much memory, by the pieces of their XML.

    Raises:
        PeakTableError: a sheet is too large.
        zipfile.BadZipFile: the XML is written as no spreadsheet program does.
    """
    size, rest = SheetSize(most_cells), b""
    for piece in pieces:
        text = rest + piece
        end = 0
        for match in TAG.finditer(text):
            size.add(match[1], match[2])
            end = match.end()
        begun = text.rfind(b"<", end)
        rest = text[begun:] if begun >= 0 else b""
        if len(rest) > LONGEST_TAG or any(mark in text for mark in HIDING):
            raise zipfile.BadZipFile("Its content is written as no spreadsheet program does.")
