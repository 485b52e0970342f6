"""Saves the logs of attempts whose worker died: what Redis still has of their events."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.contract.attempt_log import encode_lines, line_of
from app.db.jobs.history.attempts import lost_since
from app.progress.publisher import KEPT_S
from app.progress.stream_reader import StreamReader
from app.progress.streams import BEFORE_ALL, key_of, key_of_fence
from app.storage import Folder, StorageAwayError
from app.storage.attempt_logs import attempts_with_logs, write_log

# Each look starts this long before the last one ended, for transactions that took their time.
OVERLAP = timedelta(minutes=1)

logger = logging.getLogger(__name__)


class LostLogs:
    """Saves logs that no worker is left to write."""

    def __init__(self, redis: Redis, storage: Folder) -> None:
        self._redis = redis
        self._streams = StreamReader(redis)
        self._storage = storage
        self._since = datetime.now(UTC) - timedelta(seconds=KEPT_S)

    async def save_new(self) -> None:
        """Save the logs of attempts that were lost since the last call.

        The next worker of a job does it too, but a job may be cancelled before it has one.
        """
        until = datetime.now(UTC)
        for job_id in await lost_since(self._since - OVERLAP):
            await self.save(job_id)
        self._since = until

    async def save(self, job_id: str) -> None:
        """Save the events that Redis has of the last attempt at a job, if it has no log."""
        try:
            stored: Any = await self._redis.hget(key_of_fence(job_id), "attempt")
            attempt = int(stored or 0)
            if not attempt or await self._has_log(job_id, attempt):
                return
            found = await self._streams.read(key_of(job_id), after=BEFORE_ALL)
            content = encode_lines(line_of(each.event, each.time) for each in found.events)
            await asyncio.to_thread(write_log, self._storage, job_id, attempt, content)
        except (RedisError, StorageAwayError, OSError) as error:
            logger.warning("The log of a lost attempt at job %s is not saved: %s", job_id, error)

    async def _has_log(self, job_id: str, attempt: int) -> bool:
        return attempt in await asyncio.to_thread(attempts_with_logs, self._storage, job_id)
