"""How a worker holds a job: it renews the lease, keeps the row up to date, and sees it lost.

Every write demands the attempt that was claimed, so that a worker which comes late changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from app.contract.events import Event, Progress
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import LEASE_S, JobStore, Standing
from app.db.jobs.tables import Job

# How often a worker brings its job's row up to date and asks whether the job is still wanted: the
# longest a cancel goes unheard. The events tell every change.
WATCH_S = 1.0
# How long the database may take to answer: short enough to ask it anew before a lease has ended.
ANSWER_TIMEOUT_S = LEASE_S / 3
# How long a worker trusts its own clock after the lease was renewed. One that was stopped meanwhile
# asks before it publishes anything; its clock went on.
SURE_S = LEASE_S * 0.75
# Long enough for what a cancelled task still does, such as to hand its job back.
CANCEL_AGAIN_S = 2.0

Found = TypeVar("Found")

logger = logging.getLogger(__name__)


class JobLostError(Exception):
    """The job was deleted or claimed by another worker; nothing is left to do for this one."""


class CancelRequestedError(Exception):
    """The job's owner wants it no longer."""


class Hold:
    """The hold of one attempt on its job."""

    def __init__(self, jobs: JobStore, job: Job) -> None:
        self._jobs = jobs
        self._job = job
        self._news: Progress | None = None  # what the row does not know of yet
        self._sure_until = asyncio.get_running_loop().time() + SURE_S

    def hear(self, event: Event) -> None:
        """Note how far the job is, for its row."""
        if isinstance(event, Progress):
            self._news = event

    async def require(self) -> None:
        """Make sure that the job is held, before something is written that no statement guards.

        Raises:
            JobLostError: it is not, or may not be.
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
        """Do the work, and stop it once the job is lost or to be cancelled.

        Raises:
            JobLostError: the job is no longer held.
            CancelRequestedError: the owner wants the job no longer.
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
        """Write to the job row, again and again while the database is away and the lease lasts.

        A database that goes away may have written all the same, without saying so.

        Raises:
            JobLostError: the job is no longer held, or may not be.
        """
        job, loop = self._job, asyncio.get_running_loop()
        give_up_at = loop.time() + LEASE_S
        is_unsure = False
        while loop.time() < give_up_at:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    if await write(job) or (is_unsure and await self._jobs.is_put_down(job)):
                        return
                raise JobLostError
            except DATABASE_FAULTS as error:
                logger.warning("Job %s waits for the database: %r", job.id, error)
                is_unsure = True
                await asyncio.sleep(WATCH_S)
        raise JobLostError

    async def is_to_cancel(self) -> bool:
        """Whether a job that could not end with its result was to be cancelled just before."""
        try:
            return await self._jobs.standing(self._job, renew=False) is Standing.TO_CANCEL
        except DATABASE_FAULTS:
            return False

    async def _watch(self) -> None:
        """Keep the job's row up to date by the clock; return once it is no longer held.

        Raises:
            CancelRequestedError: the owner wants the job no longer.
        """
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while loop.time() < renewed_at + LEASE_S:
            await asyncio.sleep(WATCH_S)
            asked_at, news = loop.time(), self._news
            renew = asked_at >= renewed_at + LEASE_S / 3
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    standing = await self._jobs.standing(self._job, renew=renew, note=news)
            except DATABASE_FAULTS as error:
                logger.warning("Job %s could not be looked up: %r", self._job.id, error)
                continue
            if standing is Standing.LOST:
                return
            if standing is Standing.TO_CANCEL:
                raise CancelRequestedError
            self._forget(news)
            if renew:
                renewed_at = asked_at
                self._sure_until = asked_at + SURE_S

    def _forget(self, noted: Progress | None) -> None:
        if self._news is noted:
            self._news = None


async def end_tasks(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks until they have ended: redis-py can swallow a cancellation (its issue 2028)."""
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
