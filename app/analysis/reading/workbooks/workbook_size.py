"""Check the size of a workbook (XLSX, XLSB, XLS or ODS) without unpacking it into memory.

The sizes that an archive states can be false, so its parts are unpacked piece by piece and each
piece is dropped. A sheet is read into a full grid up to its last row and column (calamine issue
693), so that one distant cell makes it huge: the addresses of the cells are checked too.
"""

import errno
import re
import zipfile
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from app.analysis.errors import PeakTableError
from app.analysis.reading.table_size import check_count, check_table_size
from app.analysis.reading.workbooks.binary_workbook_size import check_xls, check_xlsb_part
from app.analysis.reading.workbooks.first_bytes import COMPOUND_MARK, ODS_MARK
from app.analysis.reading.workbooks.ods_size import CONTENT, check_ods_content

# A workbook of a million rows unpacks to less, a malicious one to far more.
MOST_UNPACKED_BYTES = 2 << 30
MOST_PARTS = 1_000
# The grid takes 32 bytes a cell.
MOST_CELLS = 50_000_000
CHUNK_BYTES = 1 << 20
# The end of a piece is kept, so that an address is seen whole where pieces meet.
OVERLAP_BYTES = 64
ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
SHEETS, STRINGS = "xl/worksheets/", "xl/sharedStrings"
# The compressions that a package may have: ECMA-376-2.
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ODS_TYPE = "mimetype"
HOW_TO_SAVE = "Save the table as XLSX by a spreadsheet program, or as CSV, and try again."
NO_WORKBOOK = f"The file is a ZIP archive and no workbook (XLSX, XLSB or ODS). {HOW_TO_SAVE}"
TOO_LARGE = f"The workbook unpacks to more than {{}}. {HOW_TO_SAVE}"


def check_workbook(path: Path) -> None:
    """Refuse a file that is not a workbook, or one that is too large.

    Raises:
        PeakTableError: the file is one of these; the sentence says which.
        zipfile.BadZipFile, zlib.error, RuntimeError: the archive is damaged or encrypted.
        ValueError, struct.error: an XLS file is damaged.
    """
    try:
        with path.open("rb") as file:
            is_old = file.read(len(COMPOUND_MARK)) == COMPOUND_MARK
        if is_old:
            check_xls(path, MOST_CELLS)
        else:
            _check_archive(path)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise zipfile.BadZipFile("A part lies before the beginning of the file.") from error


def _check_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        is_ods, is_binary = is_ods_archive(archive), WORKBOOKS[1] in archive.namelist()
        if not {*WORKBOOKS} & {*archive.namelist()} and not is_ods:
            raise PeakTableError(NO_WORKBOOK)
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise PeakTableError(TOO_LARGE.format(f"{MOST_UNPACKED_BYTES / 2**30:g} GB"))
        for part in parts:
            _check_part(archive, part)
            if is_binary and part.filename.startswith((SHEETS, STRINGS)):
                check_xlsb_part(_pieces(archive, part), part.file_size, MOST_CELLS)
        if is_ods:
            check_ods_content(_pieces(archive, archive.getinfo(CONTENT)), MOST_CELLS)


def is_ods_archive(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an ODS workbook, by the type that it states."""
    names = archive.namelist()
    if ODS_TYPE not in names or CONTENT not in names:
        return False
    with archive.open(ODS_TYPE) as file:
        return file.read(len(ODS_MARK)) == ODS_MARK


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    size = cells = rows = columns = 0
    before = b""
    for piece in _pieces(archive, part):
        size += len(piece)
        if size > part.file_size:
            raise PeakTableError(TOO_LARGE.format("it says"))
        if part.filename.startswith((SHEETS, STRINGS)):
            cells += piece.count(b"<c") + piece.count(b"<si")
            check_count("cells", cells, MOST_CELLS)
        if part.filename.startswith(SHEETS):
            found = ADDRESS.findall(before + piece)
            rows = max([rows, *map(int, {row for _, row in found})])
            columns = max([columns, *map(_column, {letters for letters, _ in found})])
            check_table_size(rows, columns, most_cells=MOST_CELLS)
        before = piece[-OVERLAP_BYTES:]


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked content of a part in pieces, at most a little more than it states."""
    if part.compress_type not in COMPRESSIONS:
        raise zipfile.BadZipFile("It is compressed as no workbook is.")
    honest = copy(part)
    honest.file_size = part.file_size + CHUNK_BYTES  # else zipfile would stop at the stated size
    with archive.open(honest) as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
