"""Publish the events of one attempt in order, and buffer them while Redis is away."""

import asyncio
import logging
from collections import deque

from redis.exceptions import RedisError

from app.contract.events import Event
from app.db.jobs.tables import Job
from app.progress.publisher import LONGEST_JOB_STREAM, Fence, Publisher
from workers.attempts.lease import JobLostError
from workers.attempts.log import AttemptLog

# An analysis must not wait for a Redis that hangs. Events that Redis accepted without an answer are
# skipped when they are sent again.
ANSWER_TIMEOUT_S = 5.0
TRY_AGAIN_AFTER_S = 1.0

logger = logging.getLogger(__name__)


class AttemptPublisher:
    """Publishes the events of one attempt. The job continues while Redis is away or refuses."""

    def __init__(self, publisher: Publisher, job: Job) -> None:
        self._publisher = publisher
        self._job = job
        self.log = AttemptLog(job)
        # The stream holds no more than this anyway.
        self._unsent: deque[Event] = deque(maxlen=LONGEST_JOB_STREAM)
        self._added = 0
        self._wait_until = 0.0

    @property
    def unsent(self) -> list[Event]:
        """Return the events that Redis has not accepted yet."""
        return list(self._unsent)

    @property
    def first(self) -> int:
        """Return the number of the first unsent event, counted from 1."""
        return self._added - len(self._unsent) + 1

    def add(self, *events: Event) -> None:
        """Add events to the log and to the buffer, to be published with the next ones."""
        self.log.add(*events)
        self._added += len(events)
        self._unsent.extend(events)

    async def publish(self, *events: Event) -> None:
        """Publish events after the buffered ones, all by one call.

        Raises:
            JobLostError: another worker has started the job.
        """
        self.add(*events)
        now = asyncio.get_running_loop().time()
        if now < self._wait_until:
            return
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                is_ours = await self._publish()
        except (RedisError, TimeoutError) as error:
            logger.warning("%d events of job %s wait: %s", len(self._unsent), self._job.id, error)
            self._wait_until = now + TRY_AGAIN_AFTER_S
            return
        if not is_ours:
            raise JobLostError
        logger.debug("Published %d events of job %s.", len(self._unsent), self._job.id)
        self._unsent.clear()

    async def _publish(self) -> bool:
        fence = Fence(self._job.attempt, self.first)
        return await self._publisher.publish(
            self._job.id, *self._unsent, owner=self._job.owner, fence=fence
        )
