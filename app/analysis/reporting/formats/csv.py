"""CSV: the rows of a result, as UTF-8 with a header, safe to open in a spreadsheet."""

from typing import IO

from app.analysis.reporting.formats.format import ExportFormat, Run, slices
from app.analysis.reporting.formats.formula_escape import escape_formulas


def write_csv(run: Run, file: IO[bytes]) -> None:
    """Write the rows, with texts escaped that a spreadsheet would run as formulas."""
    for number, rows in enumerate(slices(run.analysis.rows)):
        escape_formulas(rows).write_csv(file, include_header=number == 0)


FORMAT = ExportFormat(name="csv", suffix="csv", media_type="text/csv", write=write_csv)
