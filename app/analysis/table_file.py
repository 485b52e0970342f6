"""Opening a file as a table of cells, whatever its format: told by its first bytes."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from app.analysis.encoding import WHAT_TO_DO
from app.analysis.errors import PeakTableError
from app.analysis.layout import MOST_LINES_ABOVE, Layout, layout_of, lines_above
from app.analysis.text_table import READ_PROBLEM, Cells, read_text_table

ZIP_MARK, PARQUET_MARK = b"PK\x03\x04", b"PAR1"
# A workbook of a million rows unpacks to less; one made to exhaust the memory to far more.
MOST_UNPACKED_BYTES = 2 << 30


def open_table(
    path: Path, mapping: Mapping[str, str] | None = None, *, every_column: bool = False
) -> tuple[pl.DataFrame, Layout]:
    """The cells of a file, one row for each of its rows, and how they are laid out.

    With ``every_column`` also those that no role needs, where leaving them out would be quicker.

    Raises:
        PeakTableError: there is no table in it, or the mapping names what it has not.
    """
    with path.open("rb") as file:
        mark = file.read(4)
    if mark == PARQUET_MARK:
        with _faults_told():
            return _open_parquet(path, mapping, every_column)
    cells = _open_workbook(path) if mark == ZIP_MARK else read_text_table(path, mapping)
    header = [name for name in cells.table.columns if name != READ_PROBLEM]
    return cells.table, layout_of(header, mapping, cells.above)


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except (PolarsError, zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise PeakTableError(f"The file cannot be read ({error}). {WHAT_TO_DO}") from None


def _open_parquet(
    path: Path, mapping: Mapping[str, str] | None, every_column: bool
) -> tuple[pl.DataFrame, Layout]:
    table = pl.scan_parquet(path, glob=False)
    layout = layout_of(table.collect_schema().names(), mapping)
    wanted = layout.header if every_column else layout.used
    return table.select(*wanted).collect(), layout


def _open_workbook(path: Path) -> Cells:
    """The first sheet of an XLSX workbook."""
    with _faults_told():
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise ValueError(f"it unpacks to {unpacked / 2**30:.0f} GB")
        table = pl.read_excel(path, infer_schema_length=None)
        if not lines_above(["", *_texts(table[:, 0].head(MOST_LINES_ABOVE))]):
            return Cells(table)
        return _open_below_other_lines(path)


def _open_below_other_lines(path: Path) -> Cells:
    """A sheet whose header has lines above it, as MS-DIAL's."""
    lines = pl.read_excel(path, has_header=False, infer_schema_length=0)
    place = lines_above(_texts(lines[:, 0].head(MOST_LINES_ABOVE)))
    above = [_texts(pl.Series(line)) for line in lines.head(place).iter_rows()]
    header = _texts(pl.Series(lines.row(place)))
    return Cells(lines[place + 1 :].rename(dict(zip(lines.columns, header, strict=True))), above)


def _texts(cells: pl.Series) -> list[str]:
    return cells.cast(pl.String).fill_null("").to_list()
