"""The rows that a refit moved so far, put together from its events, and their names."""

from itertools import islice
from typing import NamedTuple

import polars as pl
from litestar.concurrency import sync_to_thread

from app.analysis.overrides.moved import sentence_on
from app.contract.events import CallsMoved
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.progress.streams import BEFORE_ALL, key_of
from app.storage import Folder, StorageAwayError

# How many rows a page shows while the refit runs.
SHOWN = 20


class MovedRow(NamedTuple):
    """A row and its call in the version before and now."""

    row: int
    before: str
    after: str


class MovedRows:
    """The rows that moved, by the events of one attempt; ``last`` is the latest event."""

    def __init__(self) -> None:
        self.last: CallsMoved | None = None
        self._calls: dict[int, tuple[str, str]] = {}

    def add(self, event: CallsMoved) -> None:
        """Add what an event says; the first event of another attempt removes all before it."""
        if self.last and self.last.attempt != event.attempt:
            self._calls.clear()
        self.last = event
        for change in event.changes:
            for row in change.rows:
                self._calls.pop(row, None)
                if change.before != change.after:
                    self._calls[row] = (change.before, change.after)

    @property
    def first(self) -> list[MovedRow]:
        """The first rows to show: those with the changed overrides, then those like them."""
        return [MovedRow(row, *calls) for row, calls in islice(self._calls.items(), SHOWN)]

    def all(self) -> list[MovedRow]:
        """All rows, by their numbers."""
        return [MovedRow(row, *calls) for row, calls in sorted(self._calls.items())]

    @property
    def sentence(self) -> str:
        """What moved, in the words of pages; empty before the first event."""
        if self.last is None:
            return ""
        last = self.last
        return sentence_on(last.cause, last.total, so_far=last.is_provisional, of="assignment")


async def moved_so_far(job: Job, relay: Relay) -> MovedRows:
    """The rows that a running refit has moved so far.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached.
    """
    moved = MovedRows()
    for stored in (await relay.streams.read(key_of(job.id), after=BEFORE_ALL)).events:
        if isinstance(stored.event, CallsMoved):
            moved.add(stored.event)
    return moved


async def names_of(moved: MovedRows, jobs: JobStore, storage: Folder) -> dict[int, str]:
    """The names of the first rows, from the version before; empty if that is gone."""
    rows = [each.row for each in moved.first]
    if moved.last is None or not rows:
        return {}
    try:
        before = await jobs.get(moved.last.before)
        return await sync_to_thread(_names, f"{before.result_key}/rows.parquet", rows, storage)
    except (JobNotFoundError, FileNotFoundError, StorageAwayError):
        return {}


def _names(key: str, rows: list[int], storage: Folder) -> dict[int, str]:
    table = pl.scan_parquet(storage.local(key)).filter(pl.col("row").is_in(rows))
    return dict(table.select("row", "name").collect().iter_rows())
