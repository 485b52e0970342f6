"""Refuse the head of a request that is too large, too slow or ambiguous.

uvicorn and its parser have no limits: anybody, logged in or not, could send an endless header,
keep connections open without a request, or queue thousands of requests. A head that two programs
read differently, such as one with two Host headers, is refused.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.single_headers import what_is_wrong
from app.web.http.faults.problems import PROBLEM_JSON, problem

# Common limits of web servers.
MOST_BYTES = 65_536
MOST_HEADERS = 100
LONGEST_S = 10
# How many requests a client may send while it waits for an answer (HTTP pipelining).
MOST_AHEAD = 16
TOO_LARGE = f"The head of a request has at most {MOST_BYTES} bytes in {MOST_HEADERS} headers."
TOO_SLOW = f"The head of a request must come within {LONGEST_S} s."
TOO_MANY_AHEAD = f"A client may send at most {MOST_AHEAD} requests before their answers."


class HeadError(Exception):
    """The head of a request is refused; the text says why."""


class BoundedHead(HttpToolsProtocol):
    """The protocol of uvicorn that ends a connection whose head is too large, slow or ambiguous."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*given, **named)
        self._is_in_head = True
        # Size of the address and headers so far; after the head, of the headers after the body.
        self._head_bytes = self._header_count = 0
        # Bytes since the parser's last callback: it holds a header that does not end.
        self._unparsed_bytes = 0
        self._refusal = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit of the first head."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(LONGEST_S, self._end_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the time limit."""
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data, and refuse the request if the parser holds too much of it."""
        self._unparsed_bytes += len(data)
        super().data_received(data)
        if self._unparsed_bytes > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response(TOO_LARGE)

    def on_message_begin(self) -> None:
        """Reset the counters and start the time limit of a new head."""
        if len(self.pipeline) >= MOST_AHEAD:
            self._refuse(TOO_MANY_AHEAD)
        self._is_in_head = True
        self._head_bytes = self._header_count = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(LONGEST_S, self._end_slow_head)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count a piece of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; one that follows the body is counted and then ignored."""
        self._header_count += 1
        self._count(len(name) + len(value))
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the complete head."""
        self._is_in_head = False
        self._head_bytes = self._header_count = self._unparsed_bytes = 0
        self._cancel_deadline()
        wrong = what_is_wrong(self.url, self.headers, self.parser.get_http_version())
        if wrong:
            self._refuse(wrong)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Note that the parser has made progress."""
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the parser has read the whole request."""
        self._unparsed_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer 400 and close; only close if the client would take it for an earlier answer."""
        if not self._owes_answers():
            self.transport.write(_answer(HTTPStatus.BAD_REQUEST, self._refusal or msg, self._url))
        self.transport.close()

    def give_way(self, sentence: str) -> None:
        """Close the connection; answer 503 first if the client has begun a request."""
        if self.transport.get_write_buffer_size():  # it would stay open until its client reads
            self.transport.abort()
            return
        if self._is_begun and not self._owes_answers():
            status = HTTPStatus.SERVICE_UNAVAILABLE
            self.transport.write(_answer(status, sentence, self._url))
        self.transport.close()

    @property
    def awaits_its_client(self) -> bool:
        """Whether the next thing to come is a request, or the rest of one, from the client."""
        return not self._owes_answers()

    @property
    def _is_begun(self) -> bool:
        """Whether a part of a request has come that is not answered yet."""
        if self._is_in_head and (self._head_bytes or self._unparsed_bytes):
            return True
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _url(self) -> bytes:
        return getattr(self, "url", b"")

    def _count(self, size: int) -> None:
        self._unparsed_bytes = 0
        self._head_bytes += size
        if self._head_bytes > MOST_BYTES or self._header_count > MOST_HEADERS:
            self._refuse(TOO_LARGE)

    def _refuse(self, sentence: str) -> None:
        """Stop the parser with an error, so that uvicorn answers 400."""
        self._refusal = sentence
        raise HeadError(sentence)

    def _owes_answers(self) -> bool:
        """Whether an earlier request still waits for its answer."""
        cycle = self.cycle
        is_answered = cycle is None or cycle.response_complete
        is_awaited = not is_answered and (cycle.response_started or not cycle.more_body)
        return bool(self.pipeline) or is_awaited

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_slow_head(self) -> None:
        self._deadline = None
        if self._head_bytes or self._unparsed_bytes:
            self.send_400_response(TOO_SLOW)
        else:  # a browser opened the connection in advance and expects no answer
            self.transport.close()


def _answer(status: HTTPStatus, sentence: str, url: bytes) -> bytes:
    """Return the bytes of an answer; below ``/api/`` it is a problem document."""
    kind, body = "text/plain; charset=utf-8", sentence.encode()
    if url.startswith(b"/api/"):
        path = url.partition(b"?")[0].decode("ascii", "replace")
        kind, body = PROBLEM_JSON, msgspec.json.encode(problem(status, sentence, path, None))
    head = f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: {kind}\r\n"
    head += f"content-length: {len(body)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body
