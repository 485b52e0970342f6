"""The lease of a worker on a job: renew it, update the job's row, and notice its loss.

Every write requires the claimed attempt number, so a late worker cannot change anything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from app.contract.events import Event, Progress
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.changes.held_jobs import Standing
from app.db.jobs.conditions import LEASE_S
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.runtime.end_tasks import end_tasks

# How often a worker updates its job's row and checks for a cancel request; a cancel takes at most
# this long. The events report every change.
WATCH_S = 1.0
# How long the database may take to answer; short enough to try again before the lease expires.
ANSWER_TIMEOUT_S = LEASE_S / 3
# How long after a renewal a worker trusts its own clock. A worker that was suspended checks the
# database before it publishes, because its clock went on.
SURE_S = LEASE_S * 0.75

Found = TypeVar("Found")

logger = logging.getLogger(__name__)


class JobLostError(Exception):
    """The job was deleted or claimed by another worker, so this worker must stop."""


class CancelRequestedError(Exception):
    """A user cancelled the job."""


class JobLease:
    """The lease of one attempt on its job."""

    def __init__(self, jobs: JobStore, job: Job) -> None:
        self._jobs = jobs
        self._job = job
        self._news: Progress | None = None  # progress that is not in the row yet
        self._sure_until = asyncio.get_running_loop().time() + SURE_S

    def hear(self, event: Event) -> None:
        """Remember the progress of the job for the next update of its row."""
        if isinstance(event, Progress):
            self._news = event

    async def require(self) -> None:
        """Make sure that the lease is valid, before a write that no SQL condition guards.

        Raises:
            JobLostError: the lease is lost, or may be.
        """
        if asyncio.get_running_loop().time() < self._sure_until:
            return
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                standing = await self._jobs.standing(self._job, renew=False)
        except DATABASE_FAULTS as error:
            raise JobLostError from error
        if standing is Standing.LOST:
            raise JobLostError

    async def during(self, work: Coroutine[Any, Any, Found]) -> Found:
        """Run the work, and stop it when the lease is lost or the job is cancelled.

        Raises:
            JobLostError: the lease is lost.
            CancelRequestedError: a user cancelled the job.
        """
        working = asyncio.create_task(work)
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                watching.result()
                raise JobLostError
            return working.result()
        finally:
            await end_tasks(working, watching)

    async def commit(self, write: Callable[[Job], Awaitable[bool]]) -> None:
        """Write to the job's row; retry while the database is away and the lease lasts.

        A database that goes away may have committed the write without an answer.

        Raises:
            JobLostError: the lease is lost, or may be.
        """
        job, loop = self._job, asyncio.get_running_loop()
        give_up_at = loop.time() + LEASE_S
        is_unsure = False
        while loop.time() < give_up_at:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    if await write(job) or (is_unsure and await self._jobs.has_ended_attempt(job)):
                        return
                raise JobLostError
            except DATABASE_FAULTS as error:
                logger.warning("Job %s waits for the database: %r", job.id, error)
                is_unsure = True
                await asyncio.sleep(WATCH_S)
        raise JobLostError

    async def is_to_cancel(self) -> bool:
        """Whether the result could not be committed because a user cancelled the job."""
        try:
            return await self._jobs.standing(self._job, renew=False) is Standing.TO_CANCEL
        except DATABASE_FAULTS:
            return False

    async def _watch(self) -> None:
        """Renew the lease and update the job's row at intervals; return when the lease is lost.

        Raises:
            CancelRequestedError: a user cancelled the job.
        """
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while loop.time() < renewed_at + LEASE_S:
            await asyncio.sleep(WATCH_S)
            checked_at = loop.time()
            renew = checked_at >= renewed_at + LEASE_S / 3
            standing = await self._update_row(renew=renew)
            if standing is Standing.LOST:
                return
            if standing is Standing.TO_CANCEL:
                raise CancelRequestedError
            if standing and renew:
                renewed_at = checked_at
                self._sure_until = checked_at + SURE_S

    async def _update_row(self, *, renew: bool) -> Standing | None:
        """Write the news to the job's row; None if the database did not answer."""
        news = self._news
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                standing = await self._jobs.standing(self._job, renew=renew, note=news)
        except DATABASE_FAULTS as error:
            logger.warning("The lease of job %s could not be renewed: %r", self._job.id, error)
            return None
        self._forget(news)
        return standing

    def _forget(self, noted: Progress | None) -> None:
        if self._news is noted:
            self._news = None
