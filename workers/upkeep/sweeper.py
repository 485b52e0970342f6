"""The sweeper: restart lost jobs, wake workers, and publish missing last events."""

import logging
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

from app.contract.tasks import ANALYZE
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.quotas.limits import has_limits
from app.db.jobs.store import JobStore
from app.jobs.completion import publish_missing_end
from app.observability.metrics.measured import LOST_LEASES
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, send_task

# A living worker publishes the end of its job sooner.
PUBLISHED_WITHIN = timedelta(seconds=5)
# The most events of one sweep; the next one continues.
MOST_EVENTS = 1000

logger = logging.getLogger(__name__)


class Sweeper:
    """Finishes the work that dead processes left, or that failed while Redis was away."""

    def __init__(self, jobs: JobStore, publisher: Publisher, broker: StreamBroker) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._broker = broker

    async def sweep(self) -> None:
        """Return jobs that lost their workers to the queue, and wake a worker for each due job.

        The scheduler calls this, because a worker cannot notice that it hangs itself. A wake-up can
        be lost with Redis or with a worker; retries and lost leases never had one.
        """
        if not await self._jobs.has_unfinished():
            return
        lost = await self._jobs.release_lost()
        if lost:
            LOST_LEASES.inc(lost)
            logger.warning("Returned %d jobs that lost their workers to the queue.", lost)
        due = await self._jobs.due()
        missing = due - await self._broker.undelivered() if due else 0
        for _ in range(missing):
            await send_task(self._broker, ANALYZE)
        if missing > 0:
            logger.info("Woke workers for %d jobs.", missing)

    async def wake_for_limited(self) -> None:
        """Wake a worker when a job has ended, if another job waited for that.

        The wake-up of a job beyond the limit of its owner found nothing to claim.
        """
        try:
            if await has_limits() and await self._jobs.due() > await self._broker.undelivered():
                await send_task(self._broker, ANALYZE)
        except (*DATABASE_FAULTS, RedisError, SendTaskError) as error:
            logger.warning("A job at the limit of its owner waits for the next sweep: %s", error)

    async def publish_missing_ends(self) -> None:
        """Publish the last events that could not be published when their jobs ended.

        Also remove workers that are long gone from the queue's consumer group.
        """
        await self._broker.forget_dead()
        now = datetime.now(UTC)
        for job in await self._jobs.untold(ended_before=now - PUBLISHED_WITHIN, limit=MOST_EVENTS):
            await publish_missing_end(job, self._jobs, self._publisher)
