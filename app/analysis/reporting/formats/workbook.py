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
NUMBER, PERCENT = "0", "0.00"
# The formats of columns whose kind alone would show too many digits or too few.
FORMATS = {
    **dict.fromkeys(("row", "parent_row", "ion_group"), NUMBER),
    **dict.fromkeys(
        ("peak_area", "consolidated_volume", "area", "total_area", "overlap_area"), WHOLE
    ),
    **dict.fromkeys(("area_percent", "mol_percent", "confidence", "log_p"), PERCENT),
    **dict.fromkeys(("mz", "pmol", "mono_share"), "0.0000"),
    **dict.fromkeys(("mass_error_ppm", "studentised_residual"), "0.0"),
}
# Widths of columns in characters. Texts are measured in the first rows, numbers are written short.
NARROWEST, WIDEST, OF_NUMBERS = 8, 60, 14
MEASURED_ROWS = 1_000
NO_SPACE = f"os error {errno.ENOSPC}"


def write_workbook(sheets: Mapping[str, pl.DataFrame], file: IO[bytes]) -> None:
    """Write each frame as a sheet, texts as texts and numbers as numbers, with a frozen header.

    Raises:
        OSError: the disk is full.
    """
    with TemporaryDirectory(prefix="sialoscope-workbook-") as folder:
        path = Path(folder) / "workbook.xlsx"
        book = FastExcel(path).format(bold_headers=True).freeze(row=1)
        for name, frame in sheets.items():
            book.sheet(
                name,
                _fitting(frame),
                column_formats=_formats(frame),
                column_widths=_widths(frame),
                autofilter=True,
            )
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
            usual = DECIMAL if kind.is_float() else WHOLE
            formats[name] = Format().set_num_format(FORMATS.get(name, usual))
    return formats


def _widths(frame: pl.DataFrame) -> dict[str, float]:
    """The width of each column: that of its header, or of its content if that is wider."""
    longest = frame.head(MEASURED_ROWS).select(pl.col(pl.String).str.len_chars().max())
    content = dict(zip(longest.columns, longest.row(0), strict=True)) if longest.width else {}
    return {
        name: float(min(max(len(name) + 3, (content.get(name) or 0) + 1, _least(kind)), WIDEST))
        for name, kind in frame.schema.items()
    }


def _least(kind: pl.DataType) -> int:
    return OF_NUMBERS if kind.is_float() else NARROWEST
