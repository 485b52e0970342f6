"""Quantities of a result: those of few rows in a thread, those of many in a limited process.

A million rows keep a processor busy for ten seconds. In a thread of the web they would hold up the
requests of others, so a process with less priority writes them to a file, which is kept as an
export of the result.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

import polars as pl

from app.analysis.quantities.files import PARQUET
from app.analysis.quantities.species import (
    NEEDED,
    Quantities,
    quantities,
    quantities_with_species,
)
from app.analysis.quantities.standards import Standard, is_standard, parse_standard
from app.analysis.reporting.result import as_read
from app.db.jobs.contents.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.downloads.job_export import require_format
from app.web.features.results.downloads.maker import Exports
from app.web.features.results.downloads.process import Amounts
from app.web.features.results.rows import result_of

# A fifth of a second of a processor; a process takes longer to start.
MOST_ROWS_IN_THREAD = 20_000


@dataclass(frozen=True, kw_only=True)
class Quantifier:
    """Computes the quantities of results, or opens those that were kept."""

    exports: Exports
    threads: FairThreads
    storage: Folder
    most_rows_in_thread: int = MOST_ROWS_IN_THREAD

    async def rows_to_wait_for(self, job: Job, amounts: Amounts, *, user: str) -> int:
        """How many rows a process has to read before there are quantities; 0 if there is no wait.

        Raises:
            JobConflictError: The job has no result.
        """
        rows = await self.threads.run(user, self._rows_of, job)
        if rows <= self.most_rows_in_thread:
            return 0
        kind = require_format(PARQUET)
        return 0 if await self.exports.is_kept(job, kind, amounts) else rows

    async def quantities_of(self, job: Job, amounts: Amounts, *, user: str) -> Quantities:
        """The quantities of a job's result with the amounts of standards.

        Raises:
            JobConflictError: The job has no result.
            StandardError: A standard has two amounts, or there are too many.
            NoPlaceError, CannotMakeError, OSError: As for exports, if the result is large.
        """
        rows = await self.threads.run(user, self._rows_of, job)
        if rows <= self.most_rows_in_thread:
            return await self.threads.run(user, self._computed, job, amounts)
        file = await self.exports.open_export(job, require_format(PARQUET), amounts, user=user)
        return await self.threads.run(user, self._read, job, amounts, file)

    def _rows_of(self, job: Job) -> int:
        stored = result_of(job, self.storage).stored_rows()
        return int(stored.select(pl.len()).collect().item())

    def _computed(self, job: Job, amounts: Amounts) -> Quantities:
        path = result_of(job, self.storage).file("rows.parquet")
        return kept_quantities(
            path, _standards(amounts), amounts.corrects_isotopes, _coelution_min(job)
        )

    def _read(self, job: Job, amounts: Amounts, file: IO[bytes]) -> Quantities:
        standards = _standards(amounts)
        with file:
            species = pl.read_parquet(file)
        rows = result_of(job, self.storage).rows().filter(is_standard(standards))
        return quantities_with_species(
            species,
            rows.collect(),
            standards,
            corrects_isotopes=amounts.corrects_isotopes,
            coelution_min=_coelution_min(job),
        )


@lru_cache(maxsize=2)
def kept_quantities(
    rows: Path, standards: tuple[Standard, ...], corrects_isotopes: bool, coelution_min: float
) -> Quantities:
    """The quantities of the rows in a file; a page asks for the last ones again with each choice.

    Raises:
        StandardError: A standard has two amounts, or there are too many.
    """
    return quantities(
        as_read(pl.scan_parquet(rows)).select(NEEDED).collect(),
        standards,
        corrects_isotopes=corrects_isotopes,
        coelution_min=coelution_min,
    )


def _standards(amounts: Amounts) -> tuple[Standard, ...]:
    return tuple(map(parse_standard, amounts.standards))


def _coelution_min(job: Job) -> float:
    settings, _ = settings_and_choices(job)
    return float(settings.get("rt_tolerance_min", 0.1))
