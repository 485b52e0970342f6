"""Reads an arbitration: the judged peaks of a job whose table has the readings of two programs."""

from typing import NamedTuple

import polars as pl

from app.analysis.arbiter.judgements import OF_ROWS, judge
from app.analysis.arbiter.readings import COLUMNS, FIRST, JOB, READING, TITLE, Jobs, Titles
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import result_of

SUFFIX = ".arbiter.parquet"
NONE = (
    "This job compares no programs. Choose two finished jobs of one run by two programs in the "
    "list of jobs, and press Judge two programs."
)


class Arbitration(NamedTuple):
    """The readings (``table``), the judged peaks, what the programs are called, and their jobs."""

    table: pl.DataFrame
    judged: pl.DataFrame
    titles: Titles
    jobs: Jobs


def is_arbitration(job: Job) -> bool:
    """Whether a job compares two programs, by the name of its table."""
    return str(job.file_name).endswith(SUFFIX)


def arbitration_of(job: Job, storage: Folder) -> Arbitration:
    """The arbitration of a job.

    Raises:
        JobConflictError: The job has no result, or does not compare programs.
    """
    rows = result_of(job, storage).stored_rows().select(OF_ROWS).collect()
    if not is_arbitration(job):
        raise JobConflictError(NONE)
    try:
        table = pl.read_parquet(storage.local(job.upload_key))
    except (FileNotFoundError, pl.exceptions.PolarsError):
        raise JobConflictError(NONE) from None
    if table.columns != list(COLUMNS) or table.height != rows.height:
        raise JobConflictError(NONE)
    titles, jobs = _of_sides(table, TITLE), _of_sides(table, JOB)
    return Arbitration(table, judge(table, rows), Titles(*titles), Jobs(*jobs))


def _of_sides(table: pl.DataFrame, column: str) -> tuple[str, str]:
    first = table.filter(pl.col(READING) == FIRST)[column]
    second = table.filter(pl.col(READING) != FIRST)[column]
    return str(first[0]), str(second[0])
