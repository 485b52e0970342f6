"""Check the size of a workbook in the binary formats XLS and XLSB before it is read.

calamine makes a full grid of each sheet up to its last cell, and room for as many texts as a file
says that it has, so the places of the cells and these counts are checked first.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.analysis.errors import PeakTableError
from app.analysis.reading.table_size import check_count, check_table_size
from app.analysis.reading.workbooks.compound_file import CompoundFile

HOW_TO_SAVE = "Save the table as XLSX or CSV by a spreadsheet program, without a password."
PASSWORD = f"The workbook has a password. {HOW_TO_SAVE}"
NO_WORKBOOK = f"The file is an old document of Microsoft Office and no workbook. {HOW_TO_SAVE}"
# Records of XLS: MS-XLS, 2.3.
BEGIN_OF_SHEET, SIZE_OF_SHEET, TEXTS, FILE_PASSWORD = 0x0809, 0x0200, 0x00FC, 0x002F
CELLS = frozenset((0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x0207, 0x0007))
CELLS_IN_A_ROW = 0x00BD
# Records of XLSB: MS-XLSB, 2.3. Kinds 1 to 11 are cells.
ROW, TEXTS_OF_XLSB = 0, 0x009F
CELLS_OF_XLSB = range(1, 12)
# How much of a record tells its place.
PLACE_BYTES = 8


def check_xls(path: Path, most_cells: int) -> None:
    """Refuse an XLS file that is no workbook, has a password, or is too large.

    Raises:
        PeakTableError: it is one of these; the sentence says which.
        ValueError, struct.error: the file is damaged.
    """
    stream = _stream_of_workbook(CompoundFile(path.read_bytes()))
    size = _GridSize(most_cells)
    for kind, content in _records(stream):
        if kind == FILE_PASSWORD:
            raise PeakTableError(PASSWORD)
        if kind == TEXTS:
            check_count("texts", struct.unpack_from("<I", content, 4)[0], len(stream))
        size.add(kind, content)


def _stream_of_workbook(file: CompoundFile) -> bytes:
    if "EncryptedPackage" in file.streams:
        raise PeakTableError(PASSWORD)
    name = next((each for each in ("Workbook", "Book") if each in file.streams), None)
    if name is None:
        raise PeakTableError(NO_WORKBOOK)
    return file.read(name)


class _GridSize:
    """Counts the cells of the grids that calamine would make of the sheets of an XLS workbook."""

    def __init__(self, most_cells: int) -> None:
        self._most_cells = most_cells
        self._before = self._rows = self._columns = 0

    def add(self, kind: int, content: bytes) -> None:
        """Count a record, and refuse the workbook once it has too many cells."""
        if kind == BEGIN_OF_SHEET:
            self._before += self._rows * self._columns
            self._rows = self._columns = 0
        if kind == SIZE_OF_SHEET:
            form = "<IIHH" if len(content) >= 12 else "<HHHH"
            _, last_row, _, last_column = struct.unpack_from(form, content)
            check_count("cells", last_row * last_column, self._most_cells)
        if kind in CELLS and len(content) >= 4:
            self._add_cell(kind, content)

    def _add_cell(self, kind: int, content: bytes) -> None:
        row, column = struct.unpack_from("<HH", content)
        if kind == CELLS_IN_A_ROW:
            column = max(column, struct.unpack("<H", content[-2:])[0])
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        check_count("cells", self._before + self._rows * self._columns, self._most_cells)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def check_xlsb_part(pieces: Iterable[bytes], size_bytes: int, most_cells: int) -> None:
    """Refuse a part of an XLSB workbook, a sheet or the texts, whose cells are too many.

    Raises:
        PeakTableError: it has too many rows, columns, cells or texts.
    """
    rows = columns = cells = 0
    for kind, place in _binary_records(pieces):
        if len(place) < 4:
            continue
        (number,) = struct.unpack_from("<I", place)
        if kind == ROW:
            rows = max(rows, number + 1)
        elif kind in CELLS_OF_XLSB:
            columns, cells = max(columns, number + 1), cells + 1
        elif kind == TEXTS_OF_XLSB and len(place) == PLACE_BYTES:
            check_count("texts", struct.unpack_from("<I", place, 4)[0], size_bytes)
        else:
            continue
        check_table_size(rows, columns, most_cells=most_cells)
        check_count("cells", cells, most_cells)


def _binary_records(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The kind and the beginning of each record; records can lie across pieces."""
    data, at = b"", 0
    for piece in pieces:
        data, at = data[at:] + piece, max(0, at - len(data))
        while found := _record_header(data, at):
            kind, size, start = found
            if start + min(size, PLACE_BYTES) > len(data):
                break
            yield kind, data[start : start + min(size, PLACE_BYTES)]
            at = start + size


def _record_header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The kind and size of the record at a place, and where its content starts, if it is there."""
    header = data[at : at + 6]
    if not header:
        return None
    wide = header[0] >> 7
    kind = (header[0] & 0x7F) | (header[1] & 0x7F) << 7 if wide and len(header) > 1 else header[0]
    size = 0
    for place, byte in enumerate(header[1 + wide : 5 + wide]):
        size |= (byte & 0x7F) << 7 * place
        if byte < 0x80 or place == 3:
            return kind, size, at + 2 + wide + place
    return None
