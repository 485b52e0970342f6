"""Files with the quantities of a result: a workbook, and its species as CSV and Parquet."""

from typing import IO

import polars as pl

from app.analysis.quantities.notes import notes
from app.analysis.quantities.species import NEEDED, Quantities, quantities
from app.analysis.quantities.standards import parse_standard
from app.analysis.quantities.totals import LEVELS, totals
from app.analysis.reporting.formats.format import ExportError, ExportFormat, Run, slices
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.analysis.reporting.formats.record_lines import record_lines
from app.analysis.reporting.formats.workbook import MOST_ROWS, write_workbook

CONTENT, PARQUET = "quantities", "quantities-parquet"


def quantities_of(run: Run) -> Quantities:
    """The quantities of a run with the standards that were entered."""
    settings = (run.record or {}).get("settings", {})
    return quantities(
        run.analysis.rows,
        [parse_standard(text) for text in run.standards],
        corrects_isotopes=run.corrects_isotopes,
        coelution_min=settings.get("rt_tolerance_min", 0.1),
    )


def write_workbook_of(run: Run, file: IO[bytes]) -> None:
    """Write a workbook with species, totals, standards, notes, and the record of the run.

    Raises:
        ExportError: there are more species than a sheet holds.
    """
    found = quantities_of(run)
    if found.species.height >= MOST_ROWS:
        raise ExportError(
            f"An XLSX sheet holds {MOST_ROWS - 1:,} lines and there are "
            f"{found.species.height:,}. Write the quantities as CSV instead."
        )
    sums = {level: totals(found.species, level) for level in LEVELS if level != "species"}
    sheets = {
        "species": found.species,
        "totals": pl.concat(list(sums.values())),
        "standards": found.standards,
        "notes": pl.DataFrame({"note": notes(found)}, schema={"note": pl.String}),
        "record": pl.DataFrame(
            list(record_lines(run.record or {})), schema=["what", "value"], orient="row"
        ),
    }
    write_workbook({name: escape_formulas(_flat(sheet)) for name, sheet in sheets.items()}, file)


def write_csv_of(run: Run, file: IO[bytes]) -> None:
    """Write the species of each sample with their quantities."""
    for number, species in enumerate(slices(_flat(quantities_of(run).species))):
        escape_formulas(species).write_csv(file, include_header=number == 0)


def write_parquet_of(run: Run, file: IO[bytes]) -> None:
    """Write the species of each sample with their quantities, each column with its own type."""
    quantities_of(run).species.write_parquet(file)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists as texts."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join(", ") for name in lists
    )


FORMATS = (
    ExportFormat(
        name="quantities-xlsx",
        suffix="xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write=write_workbook_of,
        needs_record=True,
        has_quantities=True,
        content=CONTENT,
        columns=NEEDED,
    ),
    ExportFormat(
        name="quantities-csv",
        suffix="csv",
        media_type="text/csv",
        write=write_csv_of,
        needs_record=True,
        has_quantities=True,
        content=CONTENT,
        columns=NEEDED,
    ),
    ExportFormat(
        name=PARQUET,
        suffix="parquet",
        media_type="application/vnd.apache.parquet",
        write=write_parquet_of,
        needs_record=True,
        has_quantities=True,
        content=CONTENT,
        columns=NEEDED,
    ),
)
