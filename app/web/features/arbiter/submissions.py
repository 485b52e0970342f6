"""Submits the jobs of the arbiter: the readings of two results, and the table of what holds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.analysis.arbiter.readings import Titles
from app.db.jobs.tables import Job
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.arbiter.arbitration import arbitration_of
from app.web.features.arbiter.tables import (
    CHOICES,
    readings_file,
    readings_name,
    settings_of,
    what_holds_file,
    what_holds_name,
)


@dataclass(frozen=True, kw_only=True)
class Arbiter:
    """Makes jobs for one user."""

    submissions: JobSubmission
    storage: Folder
    threads: FairThreads
    user: str

    async def compare(
        self, one: Job, other: Job, titles: Titles, idempotency_key: str | None = None
    ) -> Job:
        """Submit the readings of two results.

        Raises:
            JobConflictError: One has no result.
            NotOneRunError: They are not tables of one run.
        """
        content = await self.threads.run(self.user, readings_file, one, other, titles, self.storage)
        return await self._submit(
            readings_name(titles), content, one, idempotency_key, is_arbitration=True
        )

    async def keep_what_holds(self, job: Job, idempotency_key: str | None = None) -> Job:
        """Submit the table of what holds of an arbitration.

        Raises:
            JobConflictError: The job is no arbitration with a result.
        """
        found = await self.threads.run(self.user, arbitration_of, job, self.storage)
        content = await self.threads.run(self.user, what_holds_file, found)
        return await self._submit(what_holds_name(found), content, job, idempotency_key)

    async def _submit(
        self,
        name: str,
        content: bytes,
        like: Job,
        key: str | None,
        *,
        is_arbitration: bool = False,
    ) -> Job:
        return await self.submissions.submit(
            name,
            _single_chunk(content),
            settings_of(like),
            CHOICES,
            owner=self.user,
            idempotency_key=key,
            is_arbitration=is_arbitration,
        )


async def _single_chunk(content: bytes) -> AsyncIterator[bytes]:
    yield content
