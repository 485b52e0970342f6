"""Judges the peaks in the files of an arbitration: its table and the rows of its result.

It imports neither the database nor Litestar, so that a process with it starts fast.
"""

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

# The rows of each of two tables that are put side by side.
MOST_ROWS = 50_000
# Two such tables without a common peak, each peak as both read it.
MOST_READINGS = 4 * MOST_ROWS


class Arbitration(NamedTuple):
    """The readings (``table``), the judged peaks, and what the programs are called."""

    table: pl.DataFrame
    judged: pl.DataFrame
    titles: Titles


def programs_in(table: Path) -> tuple[Titles, Jobs]:
    """What the programs of an arbitration are called, and their jobs, by the file of its table.

    Raises:
        FileNotFoundError: The file is gone.
    """
    readings = pl.read_parquet(table, columns=[READING, TITLE, JOB])
    return Titles(*_of_sides(readings, TITLE)), Jobs(*_of_sides(readings, JOB))


def judge_files(table: Path, rows: Path) -> Arbitration | None:
    """The arbitration of the files of a table and of its result's rows; None if it is none.

    Raises:
        FileNotFoundError: A file is gone.
    """
    readings = _readings(table)
    stored = pl.scan_parquet(rows)
    size = int(stored.select(pl.len()).collect().item())
    if readings is None or readings.height != size:
        return None
    judged = judge(readings, as_read(stored).select(OF_ROWS).collect())
    return Arbitration(readings, judged, Titles(*_of_sides(readings, TITLE)))


def _readings(path: Path) -> pl.DataFrame | None:
    """The readings in a file; None unless it has each peak once as each program reads it."""
    try:
        found = pl.scan_parquet(path)
        if found.collect_schema().names() != list(COLUMNS):
            return None
        if int(found.select(pl.len()).collect().item()) > MOST_READINGS:
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
