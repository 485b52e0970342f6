"""Relay the events of jobs to followers: one subscription per web process, and no event lost.

Each event goes into the feed of its stream, and all followers of that stream take it from there. A
follower that the feed cannot serve, because it is new or slow or the subscription broke, reads the
stream in Redis once for everyone. Events that the stream has already dropped are reported as a gap.
While Redis is away, followers wait, and continue when it is back.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.observability.metrics.measured import EVENTS_RELAYED, RESYNCS
from app.progress.feed import Feed
from app.progress.stream_reader import StreamReader, decoded
from app.progress.streams import BEFORE_ALL, CHANNEL_PREFIX, EventId, Reading, StoredEvent
from app.runtime.background import Background

KEEP_ALIVE_S = 15.0
# How often in KEEP_ALIVE_S the relay looks for followers that will have waited so long before its
# next look. All that it finds share their look at the row of the job.
LOOKS = 5
RECONNECT_PAUSE_S = 1.0
# A server that hangs, for example until its sentinels replace it, keeps its connections open.
ANSWER_TIMEOUT_S = 5.0
# How many events a follower reads from a stream at a time.
PAGE_SIZE = 100
# A published message has an event's id, its job and its data.
PARTS = 3

logger = logging.getLogger(__name__)


class Gap(NamedTuple):
    """Events between ``after`` and what follows were lost."""

    after: EventId


Heard: TypeAlias = list[StoredEvent] | Gap


class Relay:
    """Sends the events of all jobs to their followers, over one pub/sub connection."""

    def __init__(
        self, redis: Redis, *, reads: Redis | None = None, keep_alive_s: float = KEEP_ALIVE_S
    ) -> None:
        """Listen on ``redis``, and read streams with ``reads``, which may reconnect by itself.

        A subscription must not reconnect by itself: the events of the pause would be missed.
        """
        self.is_draining = False
        self._redis = redis
        self.streams = StreamReader(reads or redis)
        self._keep_alive_s = keep_alive_s
        self._feeds: dict[str, Feed] = {}
        self._background = Background()

    async def start(self) -> None:
        """Start to listen in the background; returns at once."""
        self._background.start(self._keep_listening(), self._wake_the_quiet_repeatedly())

    async def stop(self) -> None:
        """End the subscription."""
        await self._background.stop()

    def drain(self) -> None:
        """End every ``follow``, also future ones, because this process is about to stop."""
        self.is_draining = True
        for feed in self._feeds.values():
            feed.wake()

    async def follow(self, key: str, *, after: EventId = BEFORE_ALL) -> AsyncGenerator[Heard, None]:
        """Yield every event of a stream after the given one, in order and once.

        It continues until the relay is drained. Waiting events come as one list; an empty list
        means that there was no event for ``keep_alive_s``, or that Redis was away for so long. A
        ``Gap`` means that events were lost; it follows those that the stream still holds.
        """
        place, gap = after, None
        with self._feed(key) as feed:
            while not self.is_draining:
                heard = feed.after(place)
                if heard is None:
                    before, reading = place, await self._read_once_available(feed, key, place)
                    if reading is None:
                        yield []
                        continue
                    heard, place = reading.events, reading.last
                    if reading.is_damaged or not (reading.is_whole or before == BEFORE_ALL):
                        gap = gap or Gap(before)
                elif heard:
                    place = heard[-1].id or place
                elif gap:
                    yield gap
                    gap = None
                elif not await feed.has_news():
                    yield []
                if heard:
                    EVENTS_RELAYED.inc(len(heard))
                    yield heard

    async def _read_once_available(self, feed: Feed, key: str, place: EventId) -> Reading | None:
        """Read the next page of the stream; None if Redis was away for ``keep_alive_s``."""
        give_up_at = time.monotonic() + self._keep_alive_s
        while not self.is_draining and time.monotonic() < give_up_at:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    return await self._read_for_all(feed, key, place)
            except (RedisError, TimeoutError) as error:
                logger.warning("A stream cannot be read (%r); trying again.", error)
            with suppress(TimeoutError):  # sooner when the subscription works again
                await asyncio.wait_for(feed.has_news(), RECONNECT_PAUSE_S)
        return None

    async def _read_for_all(self, feed: Feed, key: str, place: EventId) -> Reading:
        """Read the next page of the stream; put the last page into the feed for other followers."""
        async with feed.reading:
            heard = feed.after(place)
            if heard is not None:  # another follower has read this meanwhile
                return Reading([], place, is_whole=True)
            breaks = feed.breaks
            RESYNCS.inc()
            reading = await self.streams.read(key, after=place, count=PAGE_SIZE)
            is_last = reading.is_last and feed.breaks == breaks
            if is_last and feed.after(reading.last) is None:
                feed.fill(place, reading)
            return reading

    @contextmanager
    def _feed(self, key: str) -> Iterator[Feed]:
        feed = self._feeds.setdefault(key, Feed())
        feed.followers += 1
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                del self._feeds[key]

    async def _wake_the_quiet_repeatedly(self) -> None:
        while True:
            every_s = self._keep_alive_s / LOOKS
            await asyncio.sleep(every_s)
            since = time.monotonic() - self._keep_alive_s + every_s
            for feed in self._feeds.values():
                feed.wake_the_quiet(since)

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except RedisError as error:
                logger.warning("The progress channel broke (%s); reconnecting.", error)
            except Exception:  # whatever it is, the clients of this process need their events
                logger.exception("The progress channel broke; reconnecting.")
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.psubscribe(f"{CHANNEL_PREFIX}*")
            async for message in _messages(pubsub):
                if message["type"] == "psubscribe":
                    for feed in self._feeds.values():
                        feed.break_off()
                elif message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), message["data"])

    def _deliver(self, channel: str, payload: bytes) -> None:
        if feed := self._feeds.get(channel):
            parts = payload.split(b" ", 2)
            stored = decoded(channel, *parts) if len(parts) == PARTS else None
            if stored and stored.id:
                feed.put(stored.id, stored)
            else:  # the stream may hold it in full
                logger.warning("A message on %s cannot be read; reading its stream.", channel)
                feed.break_off()


async def _messages(pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
    """Yield the messages of a subscription, and ping the server when it is quiet.

    Raises:
        redis.exceptions.RedisError: the connection is lost, or the server hangs.
    """
    has_pinged = False
    while True:
        message = await pubsub.get_message(timeout=ANSWER_TIMEOUT_S)
        if message:
            has_pinged = False
            yield message
        elif has_pinged:
            raise RedisTimeoutError("Redis does not answer.")
        else:
            await pubsub.ping()
            has_pinged = True
