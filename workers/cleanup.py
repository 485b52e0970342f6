"""The scheduled tasks: forget what is old, and wake workers for what was left lying."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from app.broker import StreamBroker, send_task
from app.contract.tasks import ANALYZE
from app.db.account_links import LinkStore
from app.db.attempts import forget_attempts
from app.db.deliveries import forget_deliveries
from app.db.jobs import JobNotFoundError, JobStore
from app.db.letters import forget_letters
from app.endings import remove_job, tell_end
from app.metrics.measured import LOST_LEASES
from app.progress.publisher import Publisher
from app.storage import Folder

# A worker that lives tells the end of its job sooner.
TOLD_WITHIN = timedelta(seconds=5)
# So many a turn of the sweeper; the rest comes at the next.
MOST_TOLD = 1000
KEEP_LETTERS = timedelta(days=30)
KEEP_DELIVERIES = timedelta(days=30)

logger = logging.getLogger(__name__)


class Upkeep:
    """Keeps the store of jobs small and every job on its way."""

    def __init__(
        self,
        jobs: JobStore,
        publisher: Publisher,
        storage: Folder,
        broker: StreamBroker,
        *,
        keep_jobs_days: int,
    ) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._storage = storage
        self._broker = broker
        self._keep_jobs = timedelta(days=keep_jobs_days)

    async def clean_up(self) -> None:
        """Delete jobs that ended longer ago than they are kept, and what was left lying.

        That is uploads that never ended, letters and deliveries that were sent or given up, and
        links too old.
        """
        await asyncio.to_thread(self._storage.delete_abandoned)
        old = await self._jobs.finished_before(datetime.now(UTC) - self._keep_jobs)
        for job_id in old:
            with suppress(JobNotFoundError):  # deleted meanwhile
                await remove_job(await self._jobs.delete(job_id), self._storage, self._publisher)
        await forget_letters(before=datetime.now(UTC) - KEEP_LETTERS)
        await forget_deliveries(before=datetime.now(UTC) - KEEP_DELIVERIES)
        await LinkStore().forget_old()
        await forget_attempts(before=datetime.now(UTC) - self._keep_jobs)
        logger.info("Deleted %d jobs that ended over %d days ago.", len(old), self._keep_jobs.days)

    async def sweep(self) -> None:
        """Put back the jobs that lost their workers, and wake a worker for each due job.

        Wake-ups are lost with Redis or with a worker; retries and lost leases never had one.
        """
        lost = await self._jobs.release_lost()
        if lost:
            LOST_LEASES.inc(lost)
            logger.warning("Put back %d jobs that lost their workers.", lost)
        missing = await self._jobs.due() - await self._broker.undelivered()
        for _ in range(missing):
            await send_task(self._broker, ANALYZE)
        if missing > 0:
            logger.info("Woke workers for %d jobs.", missing)

    async def tell_ends(self) -> None:
        """Publish the last events that could not be published when their jobs ended."""
        now = datetime.now(UTC)
        for job in await self._jobs.untold(ended_before=now - TOLD_WITHIN, limit=MOST_TOLD):
            await tell_end(job, self._jobs, self._publisher)
