"""Reads the events that a stream in Redis still holds."""

import logging
from typing import Any

import msgspec
from redis.asyncio import Redis

from app.contract.events import decode
from app.progress.streams import BEFORE_ALL, EventId, Reading, StoredEvent, parse_event_id

logger = logging.getLogger(__name__)


class StreamReader:
    """Reads streams over a connection, which may reconnect by itself."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def read(self, key: str, *, after: EventId, count: int | None = None) -> Reading:
        """Read the events of a stream after an event, at most ``count``.

        An id beyond the stream's end, from a Redis that lost its last second, counts as its end.
        """
        entries: Any = await self._redis.xrange(
            key, min=str(after), count=None if count is None else count + 1
        )
        if not entries:
            last = BEFORE_ALL if after == BEFORE_ALL else await self.tip(key)
            if last > after:  # published since
                return await self.read(key, after=after, count=count)
            return Reading([], last, is_whole=False)
        is_whole = parse_event_id(entries[0][0].decode()) == after
        page = entries[is_whole:][:count]
        events = [event for entry in page if (event := _from_entry(key, entry))]
        return Reading(
            events,
            last=(parse_event_id(page[-1][0].decode()) if page else None) or after,
            is_whole=is_whole,
            is_damaged=len(events) < len(page),
            is_last=count is None or len(page) < count,
        )

    async def tip(self, key: str) -> EventId:
        """Return the id of the last event of a stream; ``BEFORE_ALL`` if it is empty."""
        entries: Any = await self._redis.xrevrange(key, count=1)
        return (entries and parse_event_id(entries[0][0].decode())) or BEFORE_ALL

    async def now(self) -> EventId:
        """Return the place before all future events, also for a stream without events."""
        seconds, microseconds = await self._redis.time()
        return EventId(seconds * 1000 + microseconds // 1000 - 1, 0)


def _from_entry(key: str, entry: tuple[bytes, dict[bytes, bytes]]) -> StoredEvent | None:
    entry_id, fields = entry
    return decoded(key, entry_id, fields.get(b"job", b""), fields.get(b"data", b""))


def decoded(key: str, entry_id: bytes, job_id: bytes, data: bytes) -> StoredEvent | None:
    """Decode an event; None, and a line in the log, if it is damaged or of a newer version."""
    try:
        return StoredEvent(parse_event_id(entry_id.decode()), decode(data), job_id.decode())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("An event of %s is left out, because it cannot be read: %s", key, error)
        return None
