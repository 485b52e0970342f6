"""Publishes the events of one attempt in order, and keeps those that Redis does not take yet."""

import asyncio
import logging
from collections import deque

from redis.exceptions import RedisError

from app.contract.events import Event
from app.db.jobs.tables import Job
from app.progress.publisher import LONGEST_JOB_STREAM, Fence, Publisher
from workers.lease import JobLostError

# A Redis that hangs must not keep an analysis waiting; what it took all the same is skipped later.
ANSWER_TIMEOUT_S = 5.0
TRY_AGAIN_AFTER_S = 1.0

logger = logging.getLogger(__name__)


class JobEvents:
    """The events of one attempt. The job goes on while Redis is away or refuses."""

    def __init__(self, publisher: Publisher, job: Job) -> None:
        self._publisher = publisher
        self._job = job
        # More than the stream holds would push each other out of it.
        self._unsent: deque[Event] = deque(maxlen=LONGEST_JOB_STREAM)
        self._told = 0
        self._wait_until = 0.0

    @property
    def unsent(self) -> list[Event]:
        """What Redis has not taken yet."""
        return list(self._unsent)

    @property
    def first(self) -> int:
        """The number of the first event that Redis has not taken yet, counted from 1."""
        return self._told - len(self._unsent) + 1

    def add(self, *events: Event) -> None:
        """Number further events, to be published with those that wait."""
        self._told += len(events)
        self._unsent.extend(events)

    async def tell(self, event: Event) -> None:
        """Publish an event, after those that wait.

        Raises:
            JobLostError: another worker has begun the job.
        """
        self.add(event)
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
        self._unsent.clear()

    async def _publish(self) -> bool:
        fence = Fence(self._job.attempt, self.first)
        return await self._publisher.publish(
            self._job.id, *self._unsent, owner=self._job.owner, fence=fence
        )
