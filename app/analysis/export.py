"""Writing an analysis for other programs: CSV, JSON, Parquet and XLSX.

A cell that a spreadsheet would run as a formula is defused in CSV and XLSX alone; JSON and Parquet
have the text as it came.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TypeAlias

import polars as pl
from xlsxwriter import Workbook

from app.analysis.errors import AnalysisError
from app.analysis.reporting.result import Analysis

# What a spreadsheet takes for a formula: OWASP, https://owasp.org/www-community/attacks/CSV_Injection.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# The rows of an XLSX sheet, its header among them: ECMA-376-1, and Excel's specification.
MOST_XLSX_ROWS = 1_048_576

Write: TypeAlias = Callable[[Analysis, IO[bytes]], None]


class ExportError(AnalysisError):
    """The analysis does not fit the format; the text says which one it fits."""


def write_csv(analysis: Analysis, file: IO[bytes]) -> None:
    """The rows, as UTF-8 with a header."""
    defused(analysis.rows).write_csv(file)


def write_json(
    analysis: Analysis, file: IO[bytes], *, record: Mapping[str, Any] | None = None
) -> None:
    """One object with the arrays ``rows``, ``models`` and ``warnings``, and the ``record``."""
    frames = {"rows": analysis.rows, "models": analysis.models, "warnings": _warnings(analysis)}
    parts = [f'"{name}":{frame.write_json()}' for name, frame in frames.items()]
    if record is not None:
        parts.append(f'"record":{json.dumps(record)}')
    file.write(f"{{{','.join(parts)}}}\n".encode())


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
    if analysis.rows.height >= MOST_XLSX_ROWS:
        raise ExportError(
            f"An XLSX sheet holds {MOST_XLSX_ROWS - 1:,} rows and there are "
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
    with Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, frame in sheets.items():
            flat = frame.with_columns(pl.col(pl.List(pl.String)).list.join(", "))
            defused(flat).write_excel(book, worksheet=name)


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


def defused(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with a quote before each text that a spreadsheet would run."""
    return rows.with_columns(_defused(pl.col(name)) for name in _texts(rows))


def _texts(rows: pl.DataFrame) -> list[str]:
    return [name for name, kind in rows.schema.items() if kind == pl.String]


def _defused(text: pl.Expr) -> pl.Expr:
    is_formula = text.str.slice(0, 1).is_in(FORMULA_STARTS)
    return pl.when(is_formula).then(pl.format("'{}", text)).otherwise(text)


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
