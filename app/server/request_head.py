"""How large the head of a request may be, how long it may take, and that it says one thing alone.

uvicorn and its parser have no bound of their own: anybody, logged in or not, could send a header
without end, hold connections that never say what they want, or queue thousands of requests. A
head that two programs read differently, such as one with two Host headers, is refused.
"""

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.single_headers import what_is_wrong
from app.web.http.problems import PROBLEM_JSON, problem

# As much as servers commonly take.
MOST_BYTES = 65_536
MOST_HEADERS = 100
LONGEST_S = 10
# What a client may send ahead while it waits for an answer.
MOST_AHEAD = 16
TOO_LARGE = f"The head of a request has at most {MOST_BYTES} bytes in {MOST_HEADERS} headers."
TOO_SLOW = f"The head of a request must come within {LONGEST_S} s."
TOO_MANY_AHEAD = f"At most {MOST_AHEAD} requests are taken ahead of their answers."


class HeadError(Exception):
    """The head of a request cannot be taken; the text says why."""


class BoundedHead(HttpToolsProtocol):
    """The protocol of uvicorn that ends a connection whose head is too large, slow or ambiguous."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*given, **named)
        self._is_in_head = True
        # Of the address and headers so far; after the head, of the headers that follow a body.
        self._head_bytes = self._header_count = 0
        # Since the parser last told of something: a header that does not end stays in it.
        self._untold_bytes = 0
        self._wrong = ""
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
        """Take what came, unless what the parser holds is too large by now."""
        self._untold_bytes += len(data)
        super().data_received(data)
        if self._untold_bytes > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response(TOO_LARGE)

    def on_message_begin(self) -> None:
        """A head begins."""
        if len(self.pipeline) >= MOST_AHEAD:
            self._refuse(TOO_MANY_AHEAD)
        self._is_in_head = True
        self._head_bytes = self._header_count = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(LONGEST_S, self._end_slow)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address is there."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is there; one that comes after the body is counted, and means nothing."""
        self._header_count += 1
        self._count(len(name) + len(value))
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_in_head = False
        self._head_bytes = self._header_count = self._untold_bytes = 0
        self._wait_no_longer()
        wrong = what_is_wrong(self.url, self.headers, self.parser.get_http_version())
        if wrong:
            self._refuse(wrong)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        self._untold_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        self._untold_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer 400 and close; without an answer where it would be taken for that of another."""
        if not self._owes_answers():
            self.transport.write(_answer(self._wrong or msg, getattr(self, "url", b"")))
        self.transport.close()

    def _count(self, size: int) -> None:
        self._untold_bytes = 0
        self._head_bytes += size
        if self._head_bytes > MOST_BYTES or self._header_count > MOST_HEADERS:
            self._refuse(TOO_LARGE)

    def _refuse(self, sentence: str) -> None:
        """Stop the parser, which lets uvicorn answer 400."""
        self._wrong = sentence
        raise HeadError(sentence)

    def _owes_answers(self) -> bool:
        """Whether a request that was there is being answered."""
        cycle = self.cycle
        is_answered = cycle is None or cycle.response_complete
        is_awaited = not is_answered and (cycle.response_started or not cycle.more_body)
        return bool(self.pipeline) or is_awaited

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_slow(self) -> None:
        self._deadline = None
        if self._head_bytes or self._untold_bytes:
            self.send_400_response(TOO_SLOW)
        else:  # a browser that opened it in advance wants no answer
            self.transport.close()


def _answer(sentence: str, url: bytes) -> bytes:
    """The answer to a request that is taken no further, for a program as all its errors."""
    kind, body = "text/plain; charset=utf-8", sentence.encode()
    if url.startswith(b"/api/"):
        path = url.partition(b"?")[0].decode("ascii", "replace")
        kind, body = PROBLEM_JSON, msgspec.json.encode(problem(400, sentence, path, None))
    head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body
