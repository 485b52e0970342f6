"""Results of Xcalibur Quan Browser as text: a block for each component, with a row for each file.

Above the header of a block stand ``Component Name`` and, in the line below, the component. In its
workbooks each component has a sheet, whose name above the header is read too (``name_above.py``).
"""

import csv
from collections.abc import Sequence

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Document, Source

NAME = "Component Name"
CURVE = ("curveindex", "weightingindex", "originindex")
INDEX = "index"


def _is_quan_browser(lines: Sequence[str]) -> bool:
    # The few lines with an index are taken apart; to do so with all takes long in a small table.
    return any(_begins_block(_cells(line)) for line in lines if INDEX in line.casefold())


def _begins_block(cells: Sequence[str]) -> bool:
    folded = [fold(cell) for cell in cells]
    return folded[:1] == [fold(NAME)] and any(word in folded for word in CURVE)


def _read(lines: Sequence[str]) -> Document:
    """One row per component and file; blocks can have different columns."""
    header, rows = [NAME], list[dict[str, str]]()
    component, columns, is_name = "", list[str](), False
    for cells in map(_cells, filter(str.strip, lines)):
        if _begins_block(cells):
            is_name = True
        elif is_name:
            component, columns, is_name = cells[0], [], False
        elif not columns and "filename" in map(fold, cells):
            columns = cells
            header += [name for name in columns if name and name not in header]
        elif columns and len([cell for cell in cells if cell]) > 1:
            rows.append(dict(zip(columns, cells, strict=False)) | {NAME: component})
    return Document(header, [[row.get(name, "") for name in header] for row in rows])


def _cells(line: str) -> list[str]:
    mark = "\t" if "\t" in line else ","
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])] or [""]


SOURCE = Source(
    title="Xcalibur Quan Browser",
    is_document=_is_quan_browser,
    read_document=_read,
    headers={
        "name": ("componentname",),
        "rt": ("rt", "actualrt", "retentiontime"),
        "volume": ("area", "height"),
        "sample": ("filename", "samplename", "sampleid"),
        "sample_role": ("sampletype",),
    },
    hint="Show the columns Filename, Sample Type, RT and Area in the result list and export it.",
)
