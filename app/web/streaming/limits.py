"""Limits how many event streams are open at once, per user and in total, over all web processes.

Each process writes its counts to Redis and renews them every few seconds; the counts of a process
that was killed expire.
"""

import asyncio
import logging
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.runtime.background import Background
from app.web.http.faults.errors import StreamLimitError

RENEW_EVERY_S = 2
GIVEN_BACK_AFTER_S = 6
PROCESSES = "sialoscope:streams"

# KEYS[1] lists the processes with the times at which their counts expire. A hash for each process
# has its counts by user. The script writes this process's counts and returns the totals of the
# user and of all users.
COUNT = """
local me, counted_for_s, user = ARGV[1], ARGV[2], ARGV[3]
local now = tonumber(redis.call('TIME')[1])
local mine = KEYS[1] .. ':' .. me
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + counted_for_s, me)
redis.call('DEL', mine)
for place = 4, #ARGV, 2 do redis.call('HSET', mine, ARGV[place], ARGV[place + 1]) end
redis.call('EXPIRE', mine, counted_for_s)
local of_user, in_total = 0, 0
for _, process in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local counts = KEYS[1] .. ':' .. process
  of_user = of_user + tonumber(redis.call('HGET', counts, user) or 0)
  for _, count in ipairs(redis.call('HVALS', counts)) do in_total = in_total + tonumber(count) end
end
return {of_user, in_total}
"""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class StreamLimits:
    """Counts the open streams of this web process, and reads those of the others."""

    def __init__(self, redis: Redis, *, per_user: int, in_total: int) -> None:
        self._per_user = per_user
        self._in_total = in_total
        self._open: Counter[str] = Counter()
        self._name = uuid4().hex
        self._count = redis.register_script(COUNT)
        self._has_changed = asyncio.Event()
        self._background = Background()

    async def start(self) -> None:
        """Start to keep this process's counts in Redis, in the background."""
        self._background.start(self._renew_forever())

    async def stop(self) -> None:
        """Stop; the counts in Redis expire."""
        await self._background.stop()

    async def admit(self, user: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        """Yield the messages of a stream, which counts as open until it ends.

        Raises:
            StreamLimitError: The user, or all users together, have reached the limit.
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        # Runs when the messages end, or when they are dropped unread because the client left.
        release = weakref.finalize(messages, self._release, user)
        release.atexit = False
        self._open[user] += 1
        try:
            await self._refuse_too_many(user)
        except StreamLimitError as error:
            logger.info("An event stream was refused: %s", error)
            release()
            raise
        except BaseException:
            release()
            raise
        return _until_ended(messages, release)

    async def open_in_total(self) -> int:
        """The open streams of all users in all web processes.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        _, in_total = await self._counts("")
        return in_total

    async def _refuse_too_many(self, user: str) -> None:
        of_user, in_total = await self._counts(user)
        if of_user > self._per_user:
            raise StreamLimitError(
                429, f"You have {self._per_user} open streams already. Close some, or wait."
            )
        if in_total > self._in_total:
            raise StreamLimitError(503, "Too many streams are open just now. Try again soon.")

    async def _counts(self, user: str) -> tuple[int, int]:
        """Write this process's counts, and return the open streams of a user and of all users."""
        own = [part for count in self._open.items() for part in count]
        of_user, in_total = await self._count(
            keys=[PROCESSES], args=[self._name, GIVEN_BACK_AFTER_S, user, *own]
        )
        return int(of_user), int(in_total)

    def _release(self, user: str) -> None:
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]
        self._has_changed.set()

    async def _renew_forever(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_changed.wait(), RENEW_EVERY_S)
            self._has_changed.clear()
            try:
                await self._counts("")
            except RedisError as error:
                logger.warning("The open streams could not be counted: %s", error)
                await asyncio.sleep(RENEW_EVERY_S)


async def _until_ended(
    messages: AsyncIterator[T], release: "weakref.finalize[..., AsyncIterator[T]]"
) -> AsyncIterator[T]:
    try:
        async for message in messages:
            yield message
            del message  # or it stays in memory until the next message
    finally:
        release()
