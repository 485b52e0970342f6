"""End a request whose body arrives too slowly.

A client that sends a byte a minute would keep a connection and an upload place for ever. A client
that waits because the server has not yet read its data is not at fault.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from app.server.request_head import BoundedHead

# In each window a body must bring this many bytes, or end. That is 500 bytes a second, the speed
# of the slowest mobile connections.
WINDOW_S = 30
LEAST_BYTES = 15_000
TOO_SLOW = (
    f"The body of a request must come at {LEAST_BYTES // WINDOW_S} bytes a second or faster. "
    "Nothing was stored; send it again over a faster connection."
)


class BoundedRequest(BoundedHead):
    """The protocol that also ends a connection whose body arrives too slowly."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*given, **named)
        self._received_bytes = 0
        self._window: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop measuring when the connection ends."""
        self._end_window()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Start measuring when the head is complete, since a body may follow."""
        super().on_headers_complete()
        self._begin_window()

    def on_body(self, body: bytes) -> None:
        """Count a piece of the body."""
        self._received_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop measuring when the body is complete."""
        self._end_window()
        super().on_message_complete()

    def _begin_window(self) -> None:
        self._end_window()
        self._received_bytes = 0
        self._window = self.loop.call_later(WINDOW_S, self._check_window)

    def _end_window(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def _check_window(self) -> None:
        if self._received_bytes >= LEAST_BYTES or self.flow.read_paused:
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
