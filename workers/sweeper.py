"""The sweeper: brings every job on its way, and tells the ends that nobody heard of."""

import logging
from datetime import UTC, datetime, timedelta

from app.contract.tasks import ANALYZE
from app.db.jobs.store import JobStore
from app.jobs.completion import tell_end
from app.observability.metrics.measured import LOST_LEASES
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, send_task

# A worker that lives tells the end of its job sooner.
TOLD_WITHIN = timedelta(seconds=5)
# So many a turn of the sweeper; the rest comes at the next.
MOST_TOLD = 1000

logger = logging.getLogger(__name__)


class Sweeper:
    """Picks up what was left lying by processes that died, or while Redis was away."""

    def __init__(self, jobs: JobStore, publisher: Publisher, broker: StreamBroker) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._broker = broker

    async def sweep(self) -> None:
        """Put back the jobs that lost their workers, and wake a worker for each due job.

        The scheduler does it, because no worker can be trusted to notice that it hangs. Wake-ups
        are lost with Redis or with a worker; retries and lost leases never had one.
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
        """Publish the last events that could not be published when their jobs ended.

        What the queue knows of workers that are long gone is forgotten.
        """
        await self._broker.forget_dead()
        now = datetime.now(UTC)
        for job in await self._jobs.untold(ended_before=now - TOLD_WITHIN, limit=MOST_TOLD):
            await tell_end(job, self._jobs, self._publisher)
