"""The scheduled tasks: forget what is old, and wake workers for what was left lying."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from app.broker import StreamBroker, send_task
from app.contract.tasks import ANALYZE
from app.db.jobs import JobNotFoundError, JobStore
from app.progress.publisher import Publisher
from app.storage import Folder

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
        """Delete jobs that ended longer ago than they are kept, and uploads that never ended."""
        await asyncio.to_thread(self._storage.delete_abandoned)
        old = await self._jobs.finished_before(datetime.now(UTC) - self._keep_jobs)
        for job_id in old:
            await self._forget(job_id)
        logger.info("Deleted %d jobs that ended over %d days ago.", len(old), self._keep_jobs.days)

    async def sweep(self) -> None:
        """Put back the jobs that lost their workers, and wake a worker for each due job.

        Wake-ups are lost with Redis or with a worker; retries and lost leases never had one.
        """
        lost = await self._jobs.release_lost()
        if lost:
            logger.warning("Put back %d jobs that lost their workers.", lost)
        missing = await self._jobs.due() - await self._broker.undelivered()
        for _ in range(missing):
            await send_task(self._broker, ANALYZE)
        if missing > 0:
            logger.info("Woke workers for %d jobs.", missing)

    async def _forget(self, job_id: str) -> None:
        try:
            job = await self._jobs.delete(job_id)
        except JobNotFoundError:
            return
        self._storage.delete(job.upload_key)
        self._storage.delete(f"results/{job_id}")
        await self._publisher.forget(job_id)
