"""How many event streams may be open at once, for one user and for all, over all web processes.

Each process keeps its counts in Redis and renews them every few seconds; those of a process that
was killed are given back once they have not been renewed for a while.
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
from app.web.http.errors import StreamLimitError

RENEW_EVERY_S = 2
GIVEN_BACK_AFTER_S = 6
PROCESSES = "sialoscope:streams"

# KEYS[1] holds the processes by the time up to which they count. The counts of each, by user, are
# a hash beside it. All of a process's own are written, then the user's and everybody's returned.
COUNT = """
local me, counted_for_s, user = ARGV[1], ARGV[2], ARGV[3]
local now = tonumber(redis.call('TIME')[1])
local mine = KEYS[1] .. ':' .. me
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + counted_for_s, me)
redis.call('DEL', mine)
for place = 4, #ARGV, 2 do redis.call('HSET', mine, ARGV[place], ARGV[place + 1]) end
redis.call('EXPIRE', mine, counted_for_s)
local of_user, of_all = 0, 0
for _, process in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local counts = KEYS[1] .. ':' .. process
  of_user = of_user + tonumber(redis.call('HGET', counts, user) or 0)
  for _, count in ipairs(redis.call('HVALS', counts)) do of_all = of_all + tonumber(count) end
end
return {of_user, of_all}
"""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class StreamLimits:
    """Counts the open streams of this web process, and knows those of the others."""

    def __init__(self, redis: Redis, *, per_user: int, in_total: int) -> None:
        self._per_user = per_user
        self._in_total = in_total
        self._open: Counter[str] = Counter()
        self._name = uuid4().hex
        self._count = redis.register_script(COUNT)
        self._has_changed = asyncio.Event()
        self._background = Background()

    async def start(self) -> None:
        """Begin to keep the counts of this process in Redis; returns at once."""
        self._background.start(self._renew_for_ever())

    async def stop(self) -> None:
        """Leave the counts to run out."""
        await self._background.stop()

    async def admit(self, user: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        """The messages of one more stream of a user, which counts as open until it ends.

        Raises:
            StreamLimitError: the user, or all users together, have as many as they may.
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        # At the end of the messages, or when they are dropped unread: their client may be gone.
        release = weakref.finalize(messages, self._release, user)
        release.atexit = False
        self._open[user] += 1
        try:
            await self._refuse_too_many(user)
        except BaseException:
            release()
            raise
        return _until_ended(messages, release)

    async def open_in_total(self) -> int:
        """The open streams of all users in all web processes.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        _, of_all = await self._counts("")
        return of_all

    async def _refuse_too_many(self, user: str) -> None:
        of_user, of_all = await self._counts(user)
        if of_user > self._per_user:
            raise StreamLimitError(
                429, f"You have {self._per_user} open streams already. Close some, or wait."
            )
        if of_all > self._in_total:
            raise StreamLimitError(503, "Too many streams are open just now. Try again soon.")

    async def _counts(self, user: str) -> tuple[int, int]:
        """The open streams of a user and of all, after this process has told its own."""
        own = [part for count in self._open.items() for part in count]
        of_user, of_all = await self._count(
            keys=[PROCESSES], args=[self._name, GIVEN_BACK_AFTER_S, user, *own]
        )
        return int(of_user), int(of_all)

    def _release(self, user: str) -> None:
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]
        self._has_changed.set()

    async def _renew_for_ever(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_changed.wait(), RENEW_EVERY_S)
            self._has_changed.clear()
            try:
                await self._counts("")
            except RedisError as error:
                logger.warning("Open streams could not be counted: %s", error)
                await asyncio.sleep(RENEW_EVERY_S)


async def _until_ended(
    messages: AsyncIterator[T], release: "weakref.finalize[..., AsyncIterator[T]]"
) -> AsyncIterator[T]:
    try:
        async for message in messages:
            yield message
            del message  # or it would be kept until the next
    finally:
        release()
