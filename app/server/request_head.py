"""How large the head of a request may be, and how long it may take to come.

uvicorn and its parser have no bound of their own: anybody, logged in or not, could send a header
without end, or hold connections that never say what they want.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# As much as servers commonly take; what is longer is noticed with the next piece that is read.
MOST_BYTES = 65_536
LONGEST_S = 10


class BoundedHead(HttpToolsProtocol):
    """The protocol of uvicorn that ends a connection whose head is too large or too slow."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*given, **named)
        self._is_in_head = True
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(LONGEST_S, self._end_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless the head is too large by now."""
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_BYTES:
                self.send_400_response(f"The head of a request has at most {MOST_BYTES} bytes.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._is_in_head, self._head_bytes = True, 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(LONGEST_S, self._end_slow)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_in_head = False
        self._wait_no_longer()
        super().on_headers_complete()

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_slow(self) -> None:
        self._deadline = None
        if self._head_bytes:
            self.send_400_response(f"The head of a request must come within {LONGEST_S} s.")
        else:  # a browser that opened it in advance wants no answer
            self.transport.close()
