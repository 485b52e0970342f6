"""Reads an arbitration: the judged peaks of a job whose table has the readings of two programs."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from app.analysis.arbiter.judgements import OF_ROWS, judge
from app.analysis.arbiter.readings import (
    COLUMNS,
    FIRST,
    JOB,
    PEAK,
    READING,
    ROWS,
    SECOND,
    TITLE,
    Jobs,
    Titles,
)
from app.analysis.reporting.result import as_read
from app.db.jobs.errors import JobConflictError
from app.db.jobs.settings import is_arbitration
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import result_of

SUFFIX = ".arbiter.parquet"
# A page of peaks, and the download, are asked for soon after the first page.
KEPT = 2
# Two tables of the most rows that share no peak.
MOST_ROWS = 400_000
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


def arbitration_of(job: Job, storage: Folder) -> Arbitration:
    """The arbitration of a job; that of an unchanged result is judged once.

    Raises:
        JobConflictError: The job has no result, or does not compare programs.
    """
    result = result_of(job, storage)
    if not is_arbitration(job):
        raise JobConflictError(NONE)
    try:
        found = judged_once(storage.local(job.upload_key), result.file("rows.parquet"))
    except FileNotFoundError:
        found = None
    if found is None:
        raise JobConflictError(NONE)
    return found


@lru_cache(maxsize=KEPT)
def judged_once(table: Path, rows: Path) -> Arbitration | None:
    """The arbitration of the files of a table and of its result's rows; None if it is none.

    Raises:
        FileNotFoundError: A file is gone.
    """
    readings = _readings(table)
    stored = pl.scan_parquet(rows)
    size = int(stored.select(pl.len()).collect().item())
    if readings is None or readings.height != size:
        return None
    titles, jobs = _of_sides(readings, TITLE), _of_sides(readings, JOB)
    judged = judge(readings, as_read(stored).select(OF_ROWS).collect())
    return Arbitration(readings, judged, Titles(*titles), Jobs(*jobs))


def _readings(path: Path) -> pl.DataFrame | None:
    """The readings in a file; None unless it has each peak once as each program reads it."""
    try:
        found = pl.scan_parquet(path)
        if found.collect_schema().names() != list(COLUMNS):
            return None
        if int(found.select(pl.len()).collect().item()) > MOST_ROWS:
            return None
        table = found.collect()
    except pl.exceptions.PolarsError:
        return None
    return table if _is_whole(table) else None


def _is_whole(table: pl.DataFrame) -> bool:
    peaks = [table.filter(pl.col(READING) == side)[PEAK] for side in (FIRST, SECOND)]
    sizes = {peak.n_unique() for peak in peaks} | {peak.len() for peak in peaks}
    has_rows = table[ROWS].cast(pl.String).str.contains(r"^(\d{1,9}(\+\d{1,9})*)?$")
    is_same = peaks[0].sort().equals(peaks[1].sort())
    return sizes == {table.height // 2} and table.height > 0 and is_same and bool(has_rows.all())


def _of_sides(table: pl.DataFrame, column: str) -> tuple[str, str]:
    first = table.filter(pl.col(READING) == FIRST)[column]
    second = table.filter(pl.col(READING) != FIRST)[column]
    return str(first[0]), str(second[0])
