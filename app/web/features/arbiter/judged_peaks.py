"""The judged peaks of an arbitration: a limited process judges a result once, the web reads them.

They are kept beside the exports of the job, and are deleted with it.
"""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from app.analysis.arbiter.readings import Jobs, Titles
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage.kept_exports import export_key
from app.web.features.arbiter.arbitration import files_of_arbitration
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.judged_files import programs_in
from app.web.features.arbiter.orders import JudgedOrder

# A page of peaks, and a filter of them, are asked for soon after the first page.
KEPT = 2


class Judged(NamedTuple):
    """The judged peaks, what the programs are called, and the jobs with their tables."""

    peaks: pl.DataFrame
    titles: Titles
    jobs: Jobs


@dataclass(frozen=True, kw_only=True)
class JudgedPeaks:
    """Has each result judged once, and reads what was judged."""

    files: ArbiterFiles
    threads: FairThreads

    async def of(self, job: Job, *, user: str) -> Judged:
        """The judged peaks of a job.

        Raises:
            JobConflictError: The job has no result, or does not compare programs.
            JobNotFoundError: The job was deleted in the meantime.
            NoPlaceError, CannotMakeError, OSError: As for ``ArbiterFiles``.
        """
        storage = self.files.storage
        table, rows = await asyncio.to_thread(files_of_arbitration, job, storage)
        key = export_key(job.result_key, job.id, "judged.parquet")
        await self.files.keep(
            key,
            lambda path: JudgedOrder(path=path, table=str(table), rows=str(rows)),
            user=user,
        )
        try:
            path = await asyncio.to_thread(storage.local, key)
            return await self.threads.run(user, _read, path, table)
        except FileNotFoundError:
            raise JobNotFoundError(f"There is no job {job.id}.") from None


@lru_cache(maxsize=KEPT)
def _read(judged: Path, table: Path) -> Judged:
    return Judged(pl.read_parquet(judged), *programs_in(table))
