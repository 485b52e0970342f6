"""Write frames as the sheets of an XLSX workbook, in memory that does not grow with their rows.

The rows go to a file as they are written, one after the other (constant memory mode of
rust_xlsxwriter), for a workbook that is built in memory takes ten times its size.
"""

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import polars as pl
from rustpy_xlsxwriter import FastExcel, Format

# The rows of a sheet, its header among them, and the characters of a cell (ECMA-376-1, and
# Excel's specification).
MOST_ROWS = 1_048_576
LONGEST_CELL = 32_767
WHOLE, DECIMAL = "#,##0;[Red]-#,##0", "#,##0.000;[Red]-#,##0.000"
NO_SPACE = f"os error {errno.ENOSPC}"


def write_workbook(sheets: Mapping[str, pl.DataFrame], file: IO[bytes]) -> None:
    """Write each frame as a sheet with its header, texts as texts and numbers as numbers.

    Raises:
        OSError: the disk is full.
    """
    with TemporaryDirectory(prefix="sialoscope-workbook-") as folder:
        path = Path(folder) / "workbook.xlsx"
        book = FastExcel(path).format(bold_headers=True)
        for name, frame in sheets.items():
            book.sheet(name, _fitting(frame), column_formats=_formats(frame), autofilter=True)
        _save(book)
        with path.open("rb") as made:
            shutil.copyfileobj(made, file)


def _save(book: FastExcel) -> None:
    try:
        book.save()
    except RuntimeError as error:  # what the library makes of every fault
        if NO_SPACE in str(error):
            raise OSError(errno.ENOSPC, "The disk is full") from error
        raise


def _fitting(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts that a cell holds; one that is cut ends in an ellipsis."""
    text = pl.col(pl.String)
    cut = text.str.slice(0, LONGEST_CELL - 1) + "…"
    return frame.with_columns(
        pl.when(text.str.len_chars() > LONGEST_CELL).then(cut).otherwise(text)
    )


def _formats(frame: pl.DataFrame) -> dict[str, Format]:
    formats = {}
    for name, kind in frame.schema.items():
        if kind.is_numeric():
            formats[name] = Format().set_num_format(DECIMAL if kind.is_float() else WHOLE)
    return formats
