"""How slowly the body of a request may come.

A client that sends its table a byte a minute would hold a connection, and a place of the upload,
for ever. One that is held back because the server has not read what it sent is not at fault.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from app.server.request_head import BoundedHead

# In each such time a body has to bring this many bytes, or its end: 500 a second, as slow as the
# slowest lines of phones.
WINDOW_S = 30
LEAST_BYTES = 15_000
TOO_SLOW = (
    f"The body of a request must come at {LEAST_BYTES // WINDOW_S} bytes a second or faster. "
    "Nothing was kept of it; send it again over a faster connection."
)


class BoundedRequest(BoundedHead):
    """The protocol that also ends a connection whose body comes too slowly."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*given, **named)
        self._came = 0
        self._window: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no longer."""
        self._end_window()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """A body may begin."""
        super().on_headers_complete()
        self._begin_window()

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is there."""
        self._end_window()
        super().on_message_complete()

    def _begin_window(self) -> None:
        self._end_window()
        self._came = 0
        self._window = self.loop.call_later(WINDOW_S, self._look)

    def _end_window(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def _look(self) -> None:
        if self._came >= LEAST_BYTES or self.flow.read_paused:
            self._begin_window()
        else:
            self._end_slow_body()

    def _end_slow_body(self) -> None:
        self._window = None
        if not self.cycle.response_started:
            status = HTTPStatus.REQUEST_TIMEOUT
            head = f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: text/plain\r\n"
            head += f"content-length: {len(TOO_SLOW)}\r\nconnection: close\r\n\r\n"
            self.transport.write((head + TOO_SLOW).encode())
        self.transport.close()
