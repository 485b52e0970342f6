"""Presence: who follows the stream of a job just now, over all web processes.

Each process writes its followers to Redis and renews them every second or two; those of a process
that was killed expire. Nothing is written while nobody follows a job.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeAlias
from uuid import uuid4

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.contract.events import Watchers as Watching
from app.progress.streams import StoredEvent
from app.runtime.background import Background, repeat
from app.web.http.identity.security import User

LOOK_EVERY_S = 1.0
GONE_AFTER_S = 6
PREFIX = "sialoscope:watchers:"

# KEYS[1] has the followers of a job with the times at which they expire. ARGV: for how long they
# count, how many of the rest are here, and the followers: those here, then those that left. Returns
# all that count.
MEET = """
local now, stay, here = tonumber(redis.call('TIME')[1]), tonumber(ARGV[1]), tonumber(ARGV[2])
for place = 3, #ARGV do
  if place <= 2 + here then redis.call('ZADD', KEYS[1], now + stay, ARGV[place])
  else redis.call('ZREM', KEYS[1], ARGV[place]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('EXPIRE', KEYS[1], stay)
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

Next: TypeAlias = Callable[[], Coroutine[Any, Any, list[StoredEvent] | None]]
Batches: TypeAlias = AsyncIterator[list[StoredEvent]]


class Watcher(NamedTuple):
    """Who follows a stream: a user by name, or a dashboard by the id of its stream token."""

    id: str
    name: str

    @classmethod
    def of(cls, user: User) -> "Watcher":
        """The watcher that a user is; a stream token may be in anybody's hands, so has no name."""
        return cls(user.stream_token, "") if user.stream_token else cls(user.name, user.label)


@dataclass(eq=False)
class _Follower:
    """An open stream, and what it knows of the others."""

    watcher: Watcher
    seen: Watching | None = None
    has_news: asyncio.Event = field(default_factory=asyncio.Event)


class Watchers:
    """The followers of the jobs that this web process has streams of."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._process = uuid4().hex
        self._meet = redis.register_script(MEET)
        self._here: dict[str, list[_Follower]] = {}
        self._left: dict[str, set[Watcher]] = {}
        self._background = Background()

    async def start(self) -> None:
        """Start to renew the followers in the background."""
        problem = "The followers of jobs cannot be read"
        self._background.start(
            repeat(self.look, every_s=LOOK_EVERY_S, faults=(RedisError,), problem=problem)
        )

    async def stop(self) -> None:
        """Stop; the followers in this process expire."""
        await self._background.stop()

    async def look(self) -> None:
        """Renew the followers in this process, and tell each whose company has changed.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        jobs = [*{*self._here, *self._left}]
        if not jobs:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for job_id in jobs:
                await self._meet(keys=[PREFIX + job_id], args=self._args(job_id), client=pipe)
            found = await pipe.execute()
        for job_id, members in zip(jobs, found, strict=True):
            self._show(job_id, _watching(members))

    async def joined(self, batches: Batches, job_id: str, watcher: Watcher) -> Batches:
        """Yield the events of a job, and who follows it whenever that has changed."""
        me = _Follower(watcher)
        self._here.setdefault(job_id, []).append(me)
        again: tuple[Next, ...] = (partial(_next, batches), partial(_news, me))
        tasks = [asyncio.create_task(each()) for each in again]
        try:
            while True:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for place, task in enumerate(tasks):
                    if not task.done():
                        continue
                    events = task.result()
                    if events is None:
                        return
                    yield events
                    del events  # or it stays in memory until the next batch
                    tasks[place] = asyncio.create_task(again[place]())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._leave(job_id, me)

    async def counted(self, batches: Batches, job_id: str, watcher: Watcher) -> Batches:
        """Yield the events of a job to somebody whom the others see, and who sees nobody."""
        me = _Follower(watcher)
        self._here.setdefault(job_id, []).append(me)
        try:
            async for events in batches:
                yield events
                del events  # or it stays in memory until the next batch
        finally:
            self._leave(job_id, me)

    def _leave(self, job_id: str, me: _Follower) -> None:
        others = [each for each in self._here[job_id] if each is not me]
        if others:
            self._here[job_id] = others
        else:
            del self._here[job_id]
        if me.watcher not in {each.watcher for each in others}:
            self._left.setdefault(job_id, set()).add(me.watcher)

    def _args(self, job_id: str) -> list[bytes | int]:
        here = {each.watcher for each in self._here.get(job_id, [])}
        left = self._left.pop(job_id, set()) - here
        members = [msgspec.json.encode([self._process, *each]) for each in (*here, *left)]
        return [GONE_AFTER_S, len(here), *members]

    def _show(self, job_id: str, watching: Watching) -> None:
        for each in self._here.get(job_id, []):
            if watching.count and each.seen != watching:
                each.seen = watching
                each.has_news.set()


async def _next(batches: Batches) -> list[StoredEvent] | None:
    return await anext(batches, None)


async def _news(follower: _Follower) -> list[StoredEvent]:
    await follower.has_news.wait()
    follower.has_news.clear()
    return [StoredEvent(None, follower.seen)] if follower.seen else []


def _watching(members: list[bytes]) -> Watching:
    """Each user and each stream token counts once, however many streams they have."""
    found = {Watcher(*msgspec.json.decode(each)[1:]) for each in members}
    return Watching(count=len(found), names=sorted(each.name for each in found if each.name))
