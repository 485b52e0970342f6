"""The latest events of one stream in memory, shared by its followers in this process.

A follower remembers the last event that it got and takes the events after it. If the feed no
longer has that event, the follower reads the stream in Redis.
"""

import asyncio
import time

from app.progress.streams import EventId, Reading, StoredEvent

FEED_SIZE = 128


class Feed:
    """Holds every event after its beginning; ``breaks`` counts how often events may be missing.

    A follower that reads the stream holds the lock ``reading``, so that one reads for all.
    """

    def __init__(self) -> None:
        self.followers = 0
        self.breaks = 0
        self.reading = asyncio.Lock()
        self._beginning: EventId | None = None
        self._events: dict[EventId, StoredEvent] = {}
        # Waiting followers and when they started to wait, the longest first.
        self._waiting: dict[asyncio.Future[bool], float] = {}

    def after(self, place: EventId) -> list[StoredEvent] | None:
        """Return the events after an event; None if the feed does not reach back to it."""
        if place != self._beginning and place not in self._events:
            return None
        found = []
        for event_id, event in reversed(self._events.items()):
            if event_id == place:
                break
            found.append(event)
        return found[::-1]

    def put(self, event_id: EventId, event: StoredEvent) -> None:
        """Append an event and wake the waiting followers."""
        self._events[event_id] = event
        self._trim()
        self.wake()

    def fill(self, after: EventId, reading: Reading) -> None:
        """Insert the events read up to the stream's end before those that arrived since."""
        newer = {each: event for each, event in self._events.items() if each > reading.last}
        older = {event.id: event for event in reading.events if event.id and reading.is_whole}
        self._beginning = after if reading.is_whole else reading.last
        self._events = older | newer
        self._trim()

    def break_off(self) -> None:
        """Drop all events, because some may have been missed."""
        self._events.clear()
        self._beginning = None
        self.breaks += 1
        self.wake()

    async def has_news(self) -> bool:
        """Wait for an event and return True; return False if the stream was quiet for long."""
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = time.monotonic()
        try:
            return await waiter
        finally:
            self._waiting.pop(waiter, None)

    def wake(self) -> None:
        """Wake all waiting followers."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(True)
        self._waiting.clear()

    def wake_the_quiet(self, since: float) -> None:
        """Wake the followers that have waited since ``since``, without an event."""
        for waiter, began in list(self._waiting.items()):
            if began > since:
                return
            del self._waiting[waiter]
            if not waiter.done():
                waiter.set_result(False)

    def _trim(self) -> None:
        while len(self._events) > FEED_SIZE:
            self._beginning = next(iter(self._events))
            del self._events[self._beginning]
