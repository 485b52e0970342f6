"""Parquet: the rows of a result, each column with its own type."""

from typing import IO

from app.analysis.reporting.formats.format import ExportFormat, Run


def write_parquet(run: Run, file: IO[bytes]) -> None:
    """Write the rows; texts stay as they came."""
    run.analysis.rows.write_parquet(file)


FORMAT = ExportFormat(
    name="parquet",
    suffix="parquet",
    media_type="application/vnd.apache.parquet",
    write=write_parquet,
)
