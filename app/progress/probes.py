"""Trials of an installation: who has a ticket may hear test events and have a worker answer.

A ticket is made in Redis by ``sialoscope ping`` or ``doctor``, which reach it anyway, and holds for
some minutes. So the addresses that take one need no login, and are of no use to others.
"""

import secrets
from typing import Any

from redis.asyncio import Redis

from app.contract.events import Complete, Event, logged
from app.progress.publisher import Publisher
from app.progress.streams import key_of_owner

HOLDS_S = 300
PREFIX = "sialoscope:probe:"


class Probes:
    """The trials that are under way, in Redis; its errors are raised as they are."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publisher = Publisher(redis)

    async def begin(self) -> str:
        """A ticket for a trial."""
        ticket = secrets.token_hex(16)
        await self._redis.set(PREFIX + ticket, 1, ex=HOLDS_S)
        return ticket

    async def is_under_way(self, ticket: str) -> bool:
        """Whether a ticket holds."""
        return bool(await self._redis.exists(PREFIX + ticket))

    async def tell(self, ticket: str, message: str) -> None:
        """Publish a test event to who follows the trial."""
        await self._publish(ticket, logged("info", message))

    async def answer(self, ticket: str, who: str) -> None:
        """Say, as a worker, that the task of a trial has come."""
        if await self.is_under_way(ticket):
            await self._redis.lpush(_answers(ticket), who)
            await self._redis.expire(_answers(ticket), HOLDS_S)

    async def answered(self, ticket: str, *, within_s: int) -> str | None:
        """The worker that the task came to; None when it came to none in time."""
        answer: Any = await self._redis.blpop([_answers(ticket)], timeout=within_s)
        return str(answer[1].decode()) if answer else None

    async def end(self, ticket: str) -> None:
        """End the streams of a trial and forget it."""
        await self._publish(ticket, Complete(success=True, redirect_url="", message="ended"))
        await self._redis.delete(PREFIX + ticket, _answers(ticket), stream_of(ticket))

    async def _publish(self, ticket: str, event: Event) -> None:
        await self._publisher.announce("", event, owner=_owner(ticket))


def stream_of(ticket: str) -> str:
    """The stream with the events of a trial."""
    return key_of_owner(_owner(ticket))


def _owner(ticket: str) -> str:
    return f"probe:{ticket}"


def _answers(ticket: str) -> str:
    return f"{PREFIX}{ticket}:answers"
