"""Test an installation: a ticket allows test events and a test task.

``sialoscope ping`` and ``doctor`` make a ticket in Redis, which they can reach anyway. It expires
after some minutes. So the addresses that accept a ticket need no login and are useless to others.
"""

import secrets
import time
from typing import Any

from redis.asyncio import Redis

from app.contract.events import Complete, Event, logged
from app.progress.publisher import Publisher
from app.progress.streams import key_of_owner

HOLDS_S = 300
# One wait in Redis. A connection that is silent for three seconds counts as broken.
LONGEST_BLOCK_S = 1
PREFIX = "sialoscope:probe:"


class Probes:
    """The current tests in Redis. Every call may raise ``redis.exceptions.RedisError``."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publisher = Publisher(redis)

    async def begin(self) -> str:
        """Start a test and return its ticket."""
        ticket = secrets.token_hex(16)
        await self._redis.set(PREFIX + ticket, 1, ex=HOLDS_S)
        return ticket

    async def is_under_way(self, ticket: str) -> bool:
        """Whether a ticket is valid."""
        return bool(await self._redis.exists(PREFIX + ticket))

    async def tell(self, ticket: str, message: str) -> None:
        """Publish a test event to the followers of a test."""
        await self._publish(ticket, logged("info", message))

    async def answer(self, ticket: str, who: str) -> None:
        """Report, as a worker, that the task of a test has arrived."""
        if await self.is_under_way(ticket):
            await self._redis.lpush(_answers(ticket), who)
            await self._redis.expire(_answers(ticket), HOLDS_S)

    async def answered(self, ticket: str, *, within_s: int) -> str | None:
        """Wait for the task of a test, and return its worker; None if no worker took it in time."""
        ends_at = time.monotonic() + within_s
        while (left_s := ends_at - time.monotonic()) > 0:
            block_s = min(left_s, LONGEST_BLOCK_S)
            answer: Any = await self._redis.blpop([_answers(ticket)], timeout=block_s)
            if answer:
                return str(answer[1].decode())
        return None

    async def end(self, ticket: str) -> None:
        """End the streams of a test and delete its keys."""
        await self._publish(ticket, Complete(success=True, redirect_url="", message="ended"))
        await self._redis.delete(PREFIX + ticket, _answers(ticket), stream_of(ticket))

    async def _publish(self, ticket: str, event: Event) -> None:
        await self._publisher.announce("", event, owner=_owner(ticket))


def stream_of(ticket: str) -> str:
    """Return the stream with the events of a test."""
    return key_of_owner(_owner(ticket))


def _owner(ticket: str) -> str:
    return f"probe:{ticket}"


def _answers(ticket: str) -> str:
    return f"{PREFIX}{ticket}:answers"
