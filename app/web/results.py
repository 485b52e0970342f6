"""Reading the rows of a result: filtered, a page at a time, straight from its Parquet file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from app.analysis.calls import CALLS
from app.analysis.export import defused
from app.db.jobs import JobConflictError
from app.db.tables import Job
from app.storage import Folder
from app.web.errors import QueryError

SHOWN = ("call", "reason", "predicted_rt_min", "residual_min", "confidence")


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Which rows: of one call, of one prefix, with a text in their name; empty means any.

    Raises:
        QueryError: there is no such call.
    """

    call: str = ""
    prefix: str = ""
    search: str = ""

    def __post_init__(self) -> None:
        if self.call and self.call not in CALLS:
            raise QueryError(f"There is no call {self.call}; use one of {', '.join(CALLS)}.")

    def apply(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Keep the rows that pass."""
        for column, wanted in (("call", self.call), ("prefix", self.prefix)):
            if wanted:
                rows = rows.filter(pl.col(column) == wanted)
        if self.search:
            name = pl.col("name").str.to_lowercase()
            rows = rows.filter(name.str.contains(self.search.lower(), literal=True))
        return rows


class RowPage(NamedTuple):
    """Some rows in input order, and how many there are in all."""

    total: int
    rows: list[dict[str, Any]]


class Result:
    """The saved frames of a job that succeeded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, which: RowFilter, *, limit: int, offset: int) -> RowPage:
        """The rows that pass the filter, from ``offset`` on."""
        rows = which.apply(self.rows()).slice(offset, limit)
        return RowPage(self.count(which), rows.collect().to_dicts())

    def count(self, which: RowFilter) -> int:
        """How many rows pass the filter."""
        return int(which.apply(self.rows()).select(pl.len()).collect().item())

    def place(self, row: int, which: RowFilter) -> int | None:
        """How many rows that pass come before this one; None where the filter hides it."""
        passing = which.apply(self.rows()).select("row").with_row_index("place")
        found = passing.filter(pl.col("row") == row).collect()["place"]
        return found.item() if found.len() else None

    def rows(self) -> pl.LazyFrame:
        """Every row with its call."""
        return pl.scan_parquet(self._folder / "rows.parquet")

    def models(self) -> list[dict[str, Any]]:
        """The retention model of each prefix."""
        return pl.read_parquet(self._folder / "models.parquet").to_dicts()

    def prefixes(self) -> list[str]:
        """The prefixes that occur, in order."""
        names = self.rows().select(pl.col("prefix").drop_nulls().unique().sort()).collect()
        return names["prefix"].to_list()


def result_of(job: Job, storage: Folder) -> Result:
    """The result of a job.

    Raises:
        JobConflictError: it has none (yet).
    """
    if job.result_key is None:
        raise JobConflictError(f"The job is {job.state}; its rows are there once it has succeeded.")
    return Result(storage.path(job.result_key))


def as_csv(result: Result) -> Iterator[str]:
    """Every row as CSV, in pieces; a cell that a spreadsheet would run gets a leading quote."""
    rows = defused(result.rows().collect())
    for number, piece in enumerate(rows.iter_slices(10_000)):
        yield piece.write_csv(include_header=number == 0)


def as_json(result: Result) -> Iterator[str]:
    """Every row as a JSON array, in pieces."""
    yield "["
    for number, piece in enumerate(result.rows().collect().iter_slices(10_000)):
        yield ("," if number else "") + piece.write_json().strip()[1:-1]
    yield "]"


def call_counts(summary: dict[str, Any]) -> dict[str, int]:
    """Rows by call, all calls named, in the order of ``CALLS``."""
    counts = summary.get("counts", {})
    return {call: counts.get(call, 0) for call in CALLS}
