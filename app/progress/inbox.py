"""Where events wait for one listener: bounded, and aware of what it had to drop."""

import asyncio
from contextlib import suppress

from app.progress.streams import StoredEvent

INBOX_SIZE = 64


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
        self._empty()
        self.has_gap = True
        self._events.put_nowait(None)

    def begin_anew(self) -> None:
        """Drop what waits; it is about to be read from the stream."""
        self.has_gap = False
        self._empty()

    async def get(self, timeout_s: float) -> StoredEvent | None:
        """The next event; None after the timeout or when there is a gap."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._events.get(), timeout_s)
        return None

    def _empty(self) -> None:
        while not self._events.empty():
            self._events.get_nowait()
