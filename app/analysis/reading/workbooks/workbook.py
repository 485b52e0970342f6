"""Read the visible sheets of a workbook (XLSX, XLSB, XLS or ODS), each as a table of its own."""

from collections.abc import Collection, Sequence
from pathlib import Path

import fastexcel
import msgspec
import polars as pl

from app.analysis.reading.layout.description_rows import without_rows_of_header
from app.analysis.reading.layout.header import (
    MOST_LINES_SEARCHED,
    header_place,
    named_columns,
    with_group_labels,
)
from app.analysis.reading.layout.side_table import without_side_table
from app.analysis.reading.raw_table import RawTable
from app.analysis.reading.sources import SOURCES, source_of
from app.analysis.reading.workbooks.workbook_size import check_workbook

VISIBLE = "visible"


class Sheet(msgspec.Struct, frozen=True):
    """A visible sheet of a workbook, by its name, and its cells."""

    name: str
    raw: RawTable


def visible_sheets(path: Path, wanted: Collection[str] = ()) -> list[Sheet]:
    """Read the visible sheets of a workbook that have cells; hidden sheets are never read.

    ``wanted`` are headers that a person chose.

    Raises:
        PeakTableError: the workbook is too large.
    """
    check_workbook(path)
    reader = _open(path)
    heads = {name: _head(reader, name) for name in reader.sheet_names}
    return [
        Sheet(name, without_rows_of_header(_read(reader, name, head, wanted)))
        for name, head in heads.items()
        if head.visible == VISIBLE and head.width
    ]


def _open(path: Path) -> fastexcel.ExcelReader:
    """Open a workbook by its suffix, or by its content where the suffix is that of another format.

    The latter needs the whole file in memory.
    """
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError:
        return fastexcel.read_excel(path.read_bytes())


def _head(reader: fastexcel.ExcelReader, name: str) -> fastexcel.ExcelSheet:
    head = reader.load_sheet(
        name, header_row=None, skip_rows=0, n_rows=MOST_LINES_SEARCHED, dtypes="string"
    )
    assert isinstance(head, fastexcel.ExcelSheet)  # noqa: S101  # it is not loaded eagerly
    return head


def _read(
    reader: fastexcel.ExcelReader, name: str, head: fastexcel.ExcelSheet, wanted: Collection[str]
) -> RawTable:
    """The cells of a sheet below its header; rows and columns without any are left out."""
    lines = [["" if cell is None else cell for cell in row] for row in head.to_polars().iter_rows()]
    place = header_place(lines, wanted)
    above, header = lines[:place], lines[place]
    if above and source_of(header) is SOURCES[-1]:
        header = with_group_labels(header, above[-1])
    names = named_columns(header)
    cells = _cells(reader, name, place + 1, names)
    raw = without_side_table(RawTable(cells, [line for line in above if any(line)]), wanted)
    named = {each for each, cell in zip(names, header, strict=True) if cell.strip()}
    return raw._replace(table=_with_cells(raw.table, named))


def _with_cells(table: pl.DataFrame, named: Collection[str]) -> pl.DataFrame:
    """The table without columns that have neither a header (``named``) nor any cell."""
    return table.select(
        name for name in table.columns if name in named or table[name].null_count() < table.height
    )


def _cells(
    reader: fastexcel.ExcelReader, name: str, first: int, names: Sequence[str]
) -> pl.DataFrame:
    if first >= reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=0).total_height:
        cells = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    else:
        sheet = reader.load_sheet(name, header_row=None, skip_rows=first, schema_sample_rows=None)
        cells = sheet.to_polars()
        cells = cells.rename(dict(zip(cells.columns, names, strict=True)))
    return cells.filter(pl.any_horizontal(pl.all().is_not_null()))
