"""How a web process hears of jobs: one subscription, many listeners, nothing missed.

Each listener has an inbox of bounded size. It first reads the stream from where it stands and
then its inbox; whenever the inbox overflowed or the subscription broke, it reads the stream again.
What the stream itself has lost by then is told as a gap, never passed over.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from app.contract.events import decode
from app.progress.inbox import Inbox
from app.progress.streams import (
    BEFORE_ALL,
    CHANNEL_PREFIX,
    EventId,
    StoredEvent,
    parse_event_id,
)

RECONNECT_PAUSE_S = 1.0
# How many events a listener holds at a time while it reads the stream.
PAGE_SIZE = 100

logger = logging.getLogger(__name__)


class Quiet:
    """Nothing has happened for a while."""


class Gap(NamedTuple):
    """Events between ``after`` and what follows were lost."""

    after: EventId


Heard: TypeAlias = StoredEvent | Quiet | Gap


class Reading(NamedTuple):
    """What a stream holds after an event; ``last`` is where to read on.

    ``is_whole`` says that the stream still held that event, so that none between is missing.
    """

    events: list[StoredEvent]
    last: EventId
    is_whole: bool


class Relay:
    """Hands the events of all jobs to those who follow them, over one pub/sub connection."""

    def __init__(self, redis: Redis) -> None:
        self.is_draining = False
        self._redis = redis
        self._inboxes: defaultdict[str, set[Inbox]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; returns at once."""
        self._task = asyncio.create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """End the subscription."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def drain(self) -> None:
        """End every ``follow``, now and from now on: this process is about to stop."""
        self.is_draining = True
        self._tell_gap()

    async def follow(
        self, key: str, *, after: EventId = BEFORE_ALL, keep_alive_s: float
    ) -> AsyncGenerator[Heard, None]:
        """Yield every event of a stream after the given one, in order and once.

        It goes on until the relay is drained. ``Quiet`` comes after ``keep_alive_s`` without an
        event. ``Gap`` comes where events were lost, after those that the stream still holds.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        place = _Place(key, after)
        with self._inbox(key) as inbox:
            while not self.is_draining:
                if inbox.has_gap:
                    heard = await self._from_stream(inbox, place)
                else:
                    heard = await _from_inbox(inbox, place, keep_alive_s)
                for each in heard:
                    yield each

    async def read(self, key: str, *, after: EventId, count: int | None = None) -> Reading:
        """What a stream holds after an event, at most ``count`` of it.

        An id beyond the stream's end, of a Redis that lost its last second, counts as its end.
        """
        entries: Any = await self._redis.xrange(
            key, min=str(after), count=None if count is None else count + 1
        )
        if not entries:
            last = BEFORE_ALL if after == BEFORE_ALL else await self.tip(key)
            if last > after:  # told since
                return await self.read(key, after=after, count=count)
            return Reading([], last, is_whole=False)
        is_whole = parse_event_id(entries[0][0].decode()) == after
        events = [_from_entry(entry) for entry in entries[is_whole:][:count]]
        return Reading(events, (events[-1].id or after) if events else after, is_whole)

    async def tip(self, key: str) -> EventId:
        """The last event of a stream; one before all where there is none."""
        entries: Any = await self._redis.xrevrange(key, count=1)
        return (entries and parse_event_id(entries[0][0].decode())) or BEFORE_ALL

    async def _from_stream(self, inbox: Inbox, place: "_Place") -> list[Heard]:
        """The next page of the stream; after the last one, the gap before them if there is one."""
        inbox.begin_anew()
        reading = await self.read(place.key, after=place.last, count=PAGE_SIZE)
        if not reading.is_whole and place.last != BEFORE_ALL:
            place.gap = place.gap or Gap(place.last)
        place.last = reading.last
        heard: list[Heard] = [*reading.events]
        inbox.has_gap |= len(heard) == PAGE_SIZE
        if place.gap and not inbox.has_gap:
            heard.append(place.gap)
            place.gap = None
        return heard

    @contextmanager
    def _inbox(self, key: str) -> Iterator[Inbox]:
        inbox = Inbox()
        self._inboxes[key].add(inbox)
        try:
            yield inbox
        finally:
            self._inboxes[key].discard(inbox)
            if not self._inboxes[key]:
                del self._inboxes[key]

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except RedisError as error:
                logger.warning("The progress channel broke (%s); reconnecting.", error)
                await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.psubscribe(f"{CHANNEL_PREFIX}*")
            async for message in _messages(pubsub):
                if message["type"] == "psubscribe":
                    self._tell_gap()
                elif message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), message["data"])

    def _tell_gap(self) -> None:
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.tell_gap()

    def _deliver(self, channel: str, payload: bytes) -> None:
        inboxes = self._inboxes.get(channel)
        if inboxes:
            entry_id, job_id, data = payload.split(b" ", 2)
            stored = _stored(entry_id, job_id, data)
            for inbox in inboxes:
                inbox.put(stored)


@dataclass
class _Place:
    """Where one listener is: the last event it was given, and a gap before it not told yet."""

    key: str
    last: EventId
    gap: Gap | None = None


async def _from_inbox(inbox: Inbox, place: _Place, keep_alive_s: float) -> list[Heard]:
    stored = await inbox.get(keep_alive_s)
    if stored is None:
        return [] if inbox.has_gap else [Quiet()]
    if stored.id is None or stored.id <= place.last:  # the stream has given it already
        return []
    place.last = stored.id
    return [stored]


async def _messages(pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
    while True:
        message = await pubsub.get_message(timeout=None)
        if message:
            yield message


def _from_entry(entry: tuple[bytes, dict[bytes, bytes]]) -> StoredEvent:
    entry_id, fields = entry
    return _stored(entry_id, fields.get(b"job", b""), fields[b"data"])


def _stored(entry_id: bytes, job_id: bytes, data: bytes) -> StoredEvent:
    return StoredEvent(parse_event_id(entry_id.decode()), decode(data), job_id.decode())
