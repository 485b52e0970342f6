"""Submits the jobs of the arbiter: the readings of two results, and the table of what holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.readings import HEADERS, Jobs, Titles
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.contents.settings import settings_and_choices
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.jobs.submission import JobSubmission
from app.storage import Folder
from app.web.features.arbiter.arbitration import NONE, files_of_arbitration
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.judged_files import programs_in
from app.web.features.arbiter.orders import ReadingsOrder, WhatHoldsOrder
from app.web.features.arbiter.titles import readings_name, what_holds_name
from app.web.features.results.rows import result_of

CHUNK_BYTES = 1 << 20
ONE_TABLE = "Both programs have the same job. Choose two jobs, one with the table of each program."
# The roles of the columns, which the reading need not guess.
ROLES = {"rt_min": "rt", "peak_area": "volume", "evidence_level": "evidence"}
CHOICES = ReadingChoices(
    columns={ROLES.get(name, name): header for name, header in HEADERS.items()} | {"log_p": ""},
    decimal="point",
    rt_unit="min",
)


@dataclass(frozen=True, kw_only=True)
class Arbiter:
    """Makes jobs for users."""

    submissions: JobSubmission
    files: ArbiterFiles

    async def compare(
        self,
        one: Job,
        other: Job,
        titles: Titles,
        *,
        user: str,
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit the readings of two results.

        Raises:
            JobConflictError: One has no result.
            NotOneRunError: They are not tables of one run, or one job.
            NoPlaceError, CannotMakeError, OSError: As for ``ArbiterFiles``.
        """
        if one.id == other.id:
            raise NotOneRunError(ONE_TABLE)
        order = await self._order_of(one, other, titles)
        with await self.files.made(order, user=user) as file:
            return await self.submissions.submit(
                readings_name(titles),
                _chunks(file),
                _settings_of(one),
                CHOICES,
                owner=user,
                idempotency_key=idempotency_key,
                is_arbitration=True,
            )

    async def _order_of(
        self, one: Job, other: Job, titles: Titles
    ) -> Callable[[str], ReadingsOrder]:
        """What makes the order of the readings of two results, given the path of their table."""
        settings = _settings_of(one)
        rows = [await asyncio.to_thread(_rows_of, job, self.files.storage) for job in (one, other)]
        return lambda path: ReadingsOrder(
            path=path,
            rows=(rows[0], rows[1]),
            names=(one.file_name, other.file_name),
            titles=titles,
            jobs=Jobs(one.id, other.id),
            rt_tolerance_min=settings.rt_tolerance_min,
            mz_tolerance_ppm=settings.mz_tolerance_ppm,
        )

    async def keep_what_holds(
        self, job: Job, *, user: str, idempotency_key: str | None = None
    ) -> Job:
        """Submit the table of what holds of an arbitration.

        Raises:
            JobConflictError: The job is no arbitration with a result.
            NoPlaceError, CannotMakeError, OSError: As for ``ArbiterFiles``.
        """
        paths = await asyncio.to_thread(files_of_arbitration, job, self.files.storage)
        table, rows = map(str, paths)
        file = await self.files.made(
            lambda path: WhatHoldsOrder(path=path, table=table, rows=rows), user=user
        )
        with file:
            return await self.submissions.submit(
                what_holds_name(await asyncio.to_thread(_titles_of, paths[0])),
                _chunks(file),
                _settings_of(job),
                CHOICES,
                owner=user,
                idempotency_key=idempotency_key,
            )


def _settings_of(job: Job) -> AnalysisSettings:
    """The settings of a job, for a table that is made of it."""
    return AnalysisSettings(**settings_and_choices(job)[0])


def _titles_of(table: Path) -> Titles:
    try:
        return programs_in(table)[0]
    except FileNotFoundError:  # the job was deleted meanwhile
        raise JobConflictError(NONE) from None


def _rows_of(job: Job, storage: Folder) -> str:
    return str(result_of(job, storage).file("rows.parquet"))


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield chunk
