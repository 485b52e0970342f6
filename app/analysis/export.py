"""Writing an analysis for other programs: CSV, JSON, Parquet and XLSX.

Texts that a spreadsheet would run are escaped in CSV and XLSX alone (``formula_escape.py``); JSON
and Parquet have the text as it came.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TypeAlias

import polars as pl

from app.analysis.errors import AnalysisError
from app.analysis.reporting.formula_escape import escape_formulas
from app.analysis.reporting.result import Analysis
from app.analysis.reporting.workbook import MOST_ROWS, write_workbook

# As many rows as are written at once where a library would make a second copy of all of them.
ROWS_AT_ONCE = 50_000

Write: TypeAlias = Callable[[Analysis, IO[bytes]], None]


class ExportError(AnalysisError):
    """The analysis does not fit the format; the text says which one it fits."""


def write_csv(analysis: Analysis, file: IO[bytes]) -> None:
    """The rows, as UTF-8 with a header."""
    for number, rows in enumerate(_slices(analysis.rows)):
        escape_formulas(rows).write_csv(file, include_header=number == 0)


def write_json(
    analysis: Analysis, file: IO[bytes], *, record: Mapping[str, Any] | None = None
) -> None:
    """One object with the arrays ``rows``, ``models`` and ``warnings``, and the ``record``."""
    frames = {"rows": analysis.rows, "models": analysis.models, "warnings": _warnings(analysis)}
    for number, (name, frame) in enumerate(frames.items()):
        file.write(f'{"," if number else "{"}"{name}":['.encode())
        _write_objects(frame, file)
        file.write(b"]")
    if record is not None:
        file.write(f',"record":{json.dumps(record)}'.encode())
    file.write(b"}\n")


def write_parquet(analysis: Analysis, file: IO[bytes]) -> None:
    """The rows, each column of its own type."""
    analysis.rows.write_parquet(file)


def write_xlsx(
    analysis: Analysis, file: IO[bytes], *, record: Mapping[str, Any] | None = None
) -> None:
    """A workbook with the sheets rows, models and warnings, and the record where there is one.

    Raises:
        ExportError: there are more rows than a sheet holds.
    """
    if analysis.rows.height >= MOST_ROWS:
        raise ExportError(
            f"An XLSX sheet holds {MOST_ROWS - 1:,} rows and there are "
            f"{analysis.rows.height:,}. Write CSV, JSON or Parquet instead."
        )
    sheets = {
        "rows": analysis.rows,
        "models": analysis.models,
        "warnings": _warnings(analysis).with_columns(pl.col("rows").cast(pl.List(pl.String))),
    }
    if record is not None:
        lines = list(record_lines(record))
        sheets["record"] = pl.DataFrame(lines, schema=["what", "value"], orient="row")
    flat = {
        name: frame.with_columns(pl.col(pl.List(pl.String)).list.join(", "))
        for name, frame in sheets.items()
    }
    write_workbook({name: escape_formulas(frame) for name, frame in flat.items()}, file)


FORMATS: dict[str, Write] = {
    "csv": write_csv,
    "json": write_json,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}


def record_lines(record: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """The record of a run as lines: ``input.sha256`` and its value; what is not known is empty."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from record_lines(value, f"{within}{name}.")
        elif isinstance(value, list):
            items = {str(number): item for number, item in enumerate(value, 1)}
            yield from record_lines(items, f"{within}{name}.")
        else:
            yield f"{within}{name}", "" if value is None else str(value)


def _write_objects(frame: pl.DataFrame, file: IO[bytes]) -> None:
    """Write rows as JSON objects with commas between them."""
    for number, rows in enumerate(_slices(frame)):
        text = rows.write_json().removeprefix("[").removesuffix("]")
        file.write(f"{',' if number and text else ''}{text}".encode())


def _slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in parts, at least one."""
    return frame.iter_slices(ROWS_AT_ONCE) if frame.height else iter((frame,))


def _warnings(analysis: Analysis) -> pl.DataFrame:
    told: list[dict[str, Any]] = [
        {"code": warning.code, "message": warning.message, "rows": list(warning.rows)}
        for warning in analysis.warnings
    ]
    kinds: dict[str, pl.DataType] = {
        "code": pl.String(),
        "message": pl.String(),
        "rows": pl.List(pl.UInt32),
    }
    return pl.DataFrame(told, schema=kinds)
