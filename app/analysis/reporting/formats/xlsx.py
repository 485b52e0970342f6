"""XLSX: a workbook with the rows, models, warnings and record of a run."""

from typing import IO

import polars as pl

from app.analysis.reporting.formats.format import ExportError, ExportFormat, Run, warnings_table
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.analysis.reporting.formats.record_lines import record_lines


def write_xlsx(run: Run, file: IO[bytes]) -> None:
    """Write a workbook with the sheets rows, models and warnings, and the record if there is one.

    Raises:
        ExportError: there are more rows than a sheet holds.
    """
    # Imported here because ``sialoscope analyze`` knows all formats and writes one.
    from app.analysis.reporting.formats.workbook import MOST_ROWS, write_workbook

    rows = run.analysis.rows
    if rows.height >= MOST_ROWS:
        raise ExportError(
            f"An XLSX sheet holds {MOST_ROWS - 1:,} rows and there are "
            f"{rows.height:,}. Write CSV, JSON or Parquet instead."
        )
    flat = {
        name: frame.with_columns(pl.col(pl.List(pl.String)).list.join(", "))
        for name, frame in _sheets(run).items()
    }
    write_workbook({name: escape_formulas(frame) for name, frame in flat.items()}, file)


def _sheets(run: Run) -> dict[str, pl.DataFrame]:
    warnings = warnings_table(run.analysis)
    sheets = {
        "rows": run.analysis.rows,
        "models": run.analysis.models,
        "warnings": warnings.with_columns(pl.col("rows").cast(pl.List(pl.String))),
    }
    if run.record is not None:
        lines = list(record_lines(run.record))
        sheets["record"] = pl.DataFrame(lines, schema=["what", "value"], orient="row")
    return sheets


FORMAT = ExportFormat(
    name="xlsx",
    suffix="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write=write_xlsx,
)
