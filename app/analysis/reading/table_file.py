"""Open a file as a table of cells; its first bytes tell its format."""

import csv
import logging
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from fastexcel import FastExcelError
from polars.exceptions import PanicException, PolarsError

from app.analysis.errors import PeakTableError
from app.analysis.reading.encoding import WHAT_TO_DO
from app.analysis.reading.layout import MOST_LINES_ABOVE, Layout, layout_of, lines_above
from app.analysis.reading.table_size import check_table_size
from app.analysis.reading.text_table import READ_PROBLEM, Cells, read_text_table
from app.analysis.reading.workbook_size import check_workbook

ZIP_MARK, PARQUET_MARK = b"PK\x03\x04", b"PAR1"
WORKBOOK, PARQUET, TEXT = "an XLSX workbook", "a Parquet file", "a table of text"
# The format that the suffix of a file promises; other suffixes promise nothing.
PROMISED = {".xlsx": WORKBOOK, ".parquet": PARQUET, ".csv": TEXT, ".tsv": TEXT, ".txt": TEXT}
DAMAGED = (
    PolarsError,
    PanicException,  # Polars panics on some damaged files
    FastExcelError,
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)

# It would log a warning for each empty column.
logging.getLogger("fastexcel").setLevel(logging.ERROR)


def file_format(path: Path) -> str:
    """The format of a file, by its first bytes."""
    with path.open("rb") as file:
        mark = file.read(4)
    return {ZIP_MARK: WORKBOOK, PARQUET_MARK: PARQUET}.get(mark, TEXT)


def misnamed_format(path: Path) -> list[str]:
    """A sentence if the suffix of a file promises another format than it has."""
    kind, promised = file_format(path), PROMISED.get(path.suffix.lower())
    if promised in (kind, None):
        return []
    return [f"The name of the file ends in {path.suffix}, but it is {kind} and was read as one."]


def open_table(
    path: Path, mapping: Mapping[str, str] | None = None, *, every_column: bool = False
) -> tuple[pl.DataFrame, Layout]:
    """Read the cells of a file, one row for each of its rows, and find their layout.

    ``every_column`` includes columns that no role needs, which takes longer.

    Raises:
        PeakTableError: the file has no table, or the mapping names a column that does not exist.
    """
    kind = file_format(path)
    with _damage_reported(kind):
        if kind == PARQUET:
            return _open_parquet(path, mapping, every_column)
        cells = _open_workbook(path) if kind == WORKBOOK else read_text_table(path, mapping)
    header = [name for name in cells.table.columns if name != READ_PROBLEM]
    return cells.table, layout_of(header, mapping, cells.above)


@contextmanager
def _damage_reported(kind: str) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        raise PeakTableError(f"The file is {kind} that is damaged. {WHAT_TO_DO}") from error


def _open_parquet(
    path: Path, mapping: Mapping[str, str] | None, every_column: bool
) -> tuple[pl.DataFrame, Layout]:
    table = pl.scan_parquet(path, glob=False)
    header = table.collect_schema().names()
    check_table_size(1, len(header))
    layout = layout_of(header, mapping)
    wanted = layout.header if every_column else layout.used
    check_table_size(table.select(pl.len()).collect().item(), len(wanted))
    return table.select(*wanted).collect(), layout


def _open_workbook(path: Path) -> Cells:
    """Read the first sheet of an XLSX workbook."""
    check_workbook(path)
    table = pl.read_excel(path, infer_schema_length=None)
    if not table.width:
        return Cells(table)
    if not lines_above(["", *_texts(table[:, 0].head(MOST_LINES_ABOVE))]):
        return Cells(table)
    return _open_below_other_lines(path)


def _open_below_other_lines(path: Path) -> Cells:
    """Read a sheet that has lines above its header, such as one of MS-DIAL."""
    lines = pl.read_excel(path, has_header=False, infer_schema_length=0)
    place = lines_above(_texts(lines[:, 0].head(MOST_LINES_ABOVE)))
    above = [_texts(pl.Series(line)) for line in lines.head(place).iter_rows()]
    header = _texts(pl.Series(lines.row(place)))
    return Cells(lines[place + 1 :].rename(dict(zip(lines.columns, header, strict=True))), above)


def _texts(cells: pl.Series) -> list[str]:
    return cells.cast(pl.String).fill_null("").to_list()
