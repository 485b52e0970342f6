"""The tables of a cohort as files: each as CSV, or all as the sheets of one workbook."""

from collections.abc import Callable
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO

import polars as pl

from app.analysis.cohort_statistics.cells import MEANINGS
from app.analysis.cohort_statistics.levels import SPECIES
from app.analysis.cohort_statistics.measures import CALL, MEASURES, UNITS
from app.analysis.reporting.formats import csv
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.analysis.reporting.formats.workbook import write_workbook
from app.db.jobs.tables import Job
from app.web.features.cohorts.cohort import Cohort
from app.web.features.results.downloads.job_export import file_name
from app.web.http.faults.errors import QueryError

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# An XLSX sheet has no more columns (ECMA-376-1), five of which are not samples.
MOST_COLUMNS = 16_384
MOST_CELLS = 2_000_000
COMPARISON = "comparison"


def _matrix(cohort: Cohort) -> pl.DataFrame:
    """The values, or the calls: a line for each species, a column for each sample."""
    return _spread(cohort, "state" if cohort.query.measure == CALL else "value")


def _states(cohort: Cohort) -> pl.DataFrame:
    """The states of the cells, in the shape of the matrix."""
    return _spread(cohort, "state")


def _spread(cohort: Cohort, column: str) -> pl.DataFrame:
    names = cohort.samples["sample"].to_list()
    listed = cohort.species["species"].to_list()
    cells = cohort.wide(column, listed, names)
    fixed = _named(cohort.species.select("species", "prefix"), cohort)
    kind = pl.Float64 if column == "value" else pl.String
    values = [
        pl.Series(_column(name, fixed.columns), [cells[each][place] for each in listed], dtype=kind)
        for place, name in enumerate(names)
    ]
    return fixed.hstack(values)


def _named(table: pl.DataFrame, cohort: Cohort) -> pl.DataFrame:
    """The table with its lines under what they are, such as species or class."""
    by = cohort.query.by
    return table if by == SPECIES else table.rename({"species": by}).drop("prefix", strict=False)


def _column(sample: str, taken: list[str]) -> str:
    """The header of a sample, which is never that of another column."""
    return f"{sample} (sample)" if sample in taken else sample or "(no name)"


def _samples(cohort: Cohort) -> pl.DataFrame:
    """A line for each sample."""
    return cohort.samples.with_columns(pl.col("group").replace("", None))


def _groups(cohort: Cohort) -> pl.DataFrame:
    """Mean and variation of the wanted species in each group."""
    return _named(cohort.species.select("species").join(cohort.means, on="species"), cohort)


def _incomplete(cohort: Cohort) -> pl.DataFrame:
    """A line for each incomplete sum of the wanted lines: its value, and what it lacks."""
    found = cohort.species.select("species").join(
        cohort.cells.drop_nulls("missing"), on="species", maintain_order="left"
    )
    lacking = pl.col("missing")
    return _named(
        found.select(
            *("species", "sample", "value"),
            missing_count=lacking.list.len(),
            missing=lacking.list.join(", "),
        ),
        cohort,
    )


TABLES: dict[str, Callable[[Cohort], pl.DataFrame]] = {
    "matrix": _matrix,
    "states": _states,
    "samples": _samples,
    "groups": _groups,
    "incomplete": _incomplete,
}


def open_export(cohort: Cohort, table: str, kind: str, pair: tuple[str, str]) -> IO[bytes]:
    """A file of the cohort, open at its start.

    Raises:
        QueryError: There is no such table, format or group, or it is too large.
    """
    if kind not in MEDIA_TYPES:
        raise QueryError(f"There is no format {kind}; use one of {', '.join(MEDIA_TYPES)}.")
    _refuse_too_large(cohort, kind)
    file = TemporaryFile()  # noqa: SIM115 - it is sent and closed later
    try:
        if kind == CSV:
            escape_formulas(_table(cohort, table, pair)).write_csv(file)
        else:
            sheets = {name: escape_formulas(each) for name, each in _sheets(cohort, pair).items()}
            write_workbook(sheets, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def export_name(job: Job, table: str, kind: str) -> str:
    """The name of an export of the job, with what the file has of its cohort."""
    what = "cohort" if kind == XLSX else f"cohort-{table}"
    return f"{PurePath(file_name(job, csv.FORMAT)).stem}-{what}.{kind}"


def _refuse_too_large(cohort: Cohort, kind: str) -> None:
    samples, species = cohort.samples.height, cohort.species.height
    if samples * species > MOST_CELLS:
        raise QueryError(
            f"These are {samples:,} samples by {species:,} species, more than one file has here "
            f"({MOST_CELLS:,} cells). Ask for one class at a time, or take the rows as CSV."
        )
    if kind == XLSX and samples + 5 > MOST_COLUMNS:
        raise QueryError(f"An XLSX sheet has at most {MOST_COLUMNS:,} columns. Take CSV instead.")


def _table(cohort: Cohort, name: str, pair: tuple[str, str]) -> pl.DataFrame:
    if name == COMPARISON:
        return _named(cohort.compared(*pair), cohort)
    if name not in TABLES:
        known = ", ".join((*TABLES, COMPARISON))
        raise QueryError(f"There is no table {name}; use one of {known}.")
    return TABLES[name](cohort)


def _sheets(cohort: Cohort, pair: tuple[str, str]) -> dict[str, pl.DataFrame]:
    sheets = {name: make(cohort) for name, make in TABLES.items()}
    if all(pair):
        sheets[COMPARISON] = _named(cohort.compared(*pair), cohort)
    measure = cohort.query.measure
    about = [("values", MEASURES[measure]), ("unit", UNITS[measure]), *MEANINGS.items()]
    about += [("note", note) for note in cohort.notes]
    about += [("standard", line) for line in cohort.query.typed]
    if all(pair):
        about.append((COMPARISON, f"changes are of {pair[1]} over {pair[0]}"))
    sheets["about"] = pl.DataFrame(about, schema=["what", "meaning"], orient="row")
    return sheets
