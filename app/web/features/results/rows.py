"""Reads the rows of a result from its Parquet file, filtered and a page at a time."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from app.analysis.reporting.result import as_read, notes_as_read
from app.analysis.state.calls import CALLS
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.probabilities import Probabilities, probabilities
from app.web.http.faults.errors import RowNotFoundError


class Result:
    """The saved tables of a job that succeeded."""

    def __init__(self, storage: Folder, key: str) -> None:
        self._storage = storage
        self._key = key

    def page(
        self,
        which: RowFilter,
        *,
        limit: int,
        offset: int,
        sort: str = "row",
        columns: tuple[str, ...] = (),
    ) -> list[dict[str, Any]]:
        """Some columns (all by default) of the rows that match, from ``offset`` on."""
        # Only the numbers of the rows are sorted; all cells are read for those of the page alone.
        matching = _sorted(self.matching(which), sort).select("row")
        numbers = matching.slice(offset, limit).collect()
        cells = self.rows().filter(pl.col("row").is_in(numbers["row"].to_list()))
        needed = cells.select("row", *(name for name in columns if name != "row"))
        read = (needed if columns else cells).collect()
        found = numbers.join(read, on="row", how="left", maintain_order="left")
        return (found.select(columns) if columns else found).to_dicts()

    def matching(self, which: RowFilter) -> pl.LazyFrame:
        """The rows that match a filter."""
        return which.apply(self.rows(), self.notes)

    def count(self, which: RowFilter) -> int:
        """How many rows match the filter."""
        return int(self.matching(which).select(pl.len()).collect().item())

    def place(self, row: int, which: RowFilter, sort: str = "row") -> int | None:
        """How many matching rows come before this one; None if the filter hides it."""
        passing = _sorted(self.matching(which), sort).select("row").with_row_index("place")
        found = passing.filter(pl.col("row") == row).collect()["place"]
        return found.item() if found.len() else None

    def rows(self) -> pl.LazyFrame:
        """All rows with their calls and reasons; columns that an older result lacks are null."""
        return as_read(self.stored_rows())

    def stored_rows(self) -> pl.LazyFrame:
        """All rows with their calls, and what their reasons are made from."""
        return pl.scan_parquet(self.file("rows.parquet"))

    def call_of(self, row: int) -> str:
        """The call of a row.

        Raises:
            RowNotFoundError: There is no such row.
        """
        found = self.stored_rows().filter(pl.col("row") == row).select("call").collect()
        if found.is_empty():
            raise RowNotFoundError(f"This result has no row {row}.")
        return str(found.item())

    def models(self) -> list[dict[str, Any]]:
        """The retention model of each prefix."""
        return pl.read_parquet(self.file("models.parquet")).to_dicts()

    def probabilities(self, rows: Iterable[int]) -> dict[int, Probabilities]:
        """How likely each explanation of some rows is; rows that were not judged are left out."""
        return probabilities(self.notes(), rows)

    def notes(self) -> pl.LazyFrame:
        """The rules' notes on all rows."""
        return notes_as_read(pl.scan_parquet(self.file("notes.parquet")))

    def notes_on(self, row: int) -> pl.DataFrame:
        """The rules' notes on a row, from which its explanation is written; one row or none."""
        return self.notes().filter(pl.col("row") == row).collect()

    def file(self, name: str) -> Path:
        """A file of the result, on this machine.

        Raises:
            FileNotFoundError: There is no such file.
            app.storage.StorageAwayError: The storage cannot be reached.
        """
        return self._storage.local(f"{self._key}/{name}")

    def as_ruled(self, row: int) -> dict[str, Any] | None:
        """An overridden row as the rules had it; None if that was not saved."""
        try:
            path = self.file("ruled.parquet")
        except FileNotFoundError:
            return None
        found = pl.read_parquet(path).filter(pl.col("row") == row).to_dicts()
        return found[0] if found else None

    def findings(self) -> pl.DataFrame:
        """The rules' findings on whole prefixes."""
        return pl.read_parquet(self.file("findings.parquet"))


def result_of(job: Job, storage: Folder) -> Result:
    """The result of a job.

    Raises:
        JobConflictError: The job has no result (yet).
    """
    if job.result_key is None:
        raise JobConflictError(f"The job is {job.state}; its rows are there once it has succeeded.")
    return Result(storage, job.result_key)


def _sorted(rows: pl.LazyFrame, sort: str) -> pl.LazyFrame:
    """Sort by a column, descending after a ``-``; nulls come last."""
    column = sort.removeprefix("-")
    if sort == "row":
        return rows
    return rows.sort(column, "row", descending=[sort.startswith("-"), False], nulls_last=True)


def call_counts(summary: dict[str, Any]) -> dict[str, int]:
    """Rows by call, all calls named, in the order of ``CALLS``."""
    counts = summary.get("counts", {})
    return {call: counts.get(call, 0) for call in CALLS}
