"""How a web process hears of jobs: one subscription, many listeners, nothing missed.

Each listener has an inbox of bounded size. It first reads the stream from where it stands and
then its inbox; whenever the inbox overflowed or the subscription broke, it reads the stream again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from app.contract.events import decode
from app.progress.streams import (
    BEFORE_ALL,
    CHANNEL_PREFIX,
    EventId,
    StoredEvent,
    key_of,
    parse_event_id,
)

INBOX_SIZE = 64
RECONNECT_PAUSE_S = 1.0

logger = logging.getLogger(__name__)


class Inbox:
    """The events for one listener; ``has_gap`` when it must read the stream to go on."""

    def __init__(self) -> None:
        self.has_gap = True
        self._events: asyncio.Queue[StoredEvent | None] = asyncio.Queue(INBOX_SIZE)

    def put(self, event: StoredEvent) -> None:
        """Deliver an event; a full inbox is emptied, for the stream holds all of it."""
        if self._events.full():
            self.tell_gap()
        else:
            self._events.put_nowait(event)

    def tell_gap(self) -> None:
        """Say that events may have been missed."""
        self.empty()
        self.has_gap = True
        self._events.put_nowait(None)

    def empty(self) -> None:
        """Drop what waits; it is about to be read from the stream."""
        while not self._events.empty():
            self._events.get_nowait()

    async def get(self, timeout_s: float) -> StoredEvent | None:
        """The next event; None after the timeout or when there is a gap."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._events.get(), timeout_s)
        return None


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
        self, job_id: str, *, after: EventId = BEFORE_ALL, keep_alive_s: float
    ) -> AsyncGenerator[StoredEvent | None, None]:
        """Yield every event of a job after the given one, in order and once; None when it is quiet.

        It goes on until the relay is drained.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        with self._inbox(key_of(job_id)) as inbox:
            sent = after
            while not self.is_draining:
                if inbox.has_gap:
                    inbox.has_gap = False
                    inbox.empty()
                    for stored in await self.history(job_id, after=sent):
                        sent = stored.id or sent
                        yield stored
                next_event = await inbox.get(keep_alive_s)
                if next_event is None and not inbox.has_gap:
                    yield None
                elif next_event and next_event.id and next_event.id > sent:
                    sent = next_event.id
                    yield next_event

    async def history(self, job_id: str, *, after: EventId = BEFORE_ALL) -> list[StoredEvent]:
        """What the job's stream holds after an event."""
        entries: Any = await self._redis.xrange(key_of(job_id), min=f"({after}", max="+")
        return [_stored(entry_id, fields[b"data"]) for entry_id, fields in entries]

    async def event(self, job_id: str, event_id: EventId) -> StoredEvent | None:
        """This event, if the job's stream still has it, so that what follows it is complete."""
        entries: Any = await self._redis.xrange(key_of(job_id), str(event_id), str(event_id))
        found = [_stored(entry_id, fields[b"data"]) for entry_id, fields in entries]
        return found[0] if found else None

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
            entry_id, _, data = payload.partition(b" ")
            stored = _stored(entry_id, data)
            for inbox in inboxes:
                inbox.put(stored)


async def _messages(pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
    while True:
        message = await pubsub.get_message(timeout=None)
        if message:
            yield message


def _stored(entry_id: bytes, data: bytes) -> StoredEvent:
    return StoredEvent(parse_event_id(entry_id.decode()), decode(data))
