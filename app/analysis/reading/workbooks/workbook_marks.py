"""Say what a person does not see in a workbook: hidden rows and columns, formulas without values.

Programs that are no spreadsheets write formulas without their values.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from app.analysis.reading.workbooks.workbook_size import SHEETS

# Larger sheets are not searched, which would take longer than to read them.
MOST_SEARCHED_BYTES = 32 << 20
# Bounded, so that no text takes more than linear time.
HIDDEN = re.compile(rb"""<(?:row|col)\s[^<>]{0,500}\bhidden=["'](?:1|true)["']""")
WITHOUT_VALUE = re.compile(rb"</f>\s{0,9}(?:<v\s?/>|<v></v>)?\s{0,9}</c>|<f\s?/>\s{0,9}</c>")
HIDDEN_NOTE = (
    "The workbook hides rows or columns. Those of the sheets that are read are read like the "
    "others; delete what should not count."
)
FORMULA_NOTE = (
    "Some cells hold formulas whose values the file lacks; they are read as empty. Open the "
    "workbook in a spreadsheet program, save it there and try again."
)


def workbook_notes(path: Path) -> list[str]:
    """Sentences on hidden rows and columns and on formulas without values in an XLSX workbook."""
    notes = {}
    for sheet in _sheets(path):
        for note, pattern in ((HIDDEN_NOTE, HIDDEN), (FORMULA_NOTE, WITHOUT_VALUE)):
            if pattern.search(sheet):
                notes[note] = True
    return list(notes)


def _sheets(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.startswith(SHEETS) and part.file_size <= MOST_SEARCHED_BYTES:
                with archive.open(part) as sheet:
                    yield sheet.read(MOST_SEARCHED_BYTES)
