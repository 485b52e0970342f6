"""The HTTP client with which ``ping`` and ``doctor`` reach the web, through a proxy if any."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from ssl import SSLSocket, cert_time_to_seconds
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from app.progress.probes import Probes

ANSWER_TIMEOUT_S = 10
# An event arrives much sooner, even on a busy machine.
ARRIVES_WITHIN_S = 5
FAULTS = (OSError, HTTPException, ValueError)
OK = 200


class WebAwayError(Exception):
    """Another server than this installation answers; the text has its status."""


class Arrival(NamedTuple):
    """The answer to a request, the port it was sent from, and when the certificate expires."""

    status: int
    body: bytes
    own_port: int
    certificate_ends: datetime | None


class Seen(NamedTuple):
    """A request as the web received it (``arrived``); the other fields are those of ``Arrival``."""

    arrived: dict[str, Any]
    own_port: int
    certificate_ends: datetime | None


class Hearing:
    """Receives the test events of an open stream."""

    def __init__(self, probes: Probes, ticket: str) -> None:
        self._probes, self._ticket = probes, ticket
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    def put(self, line: str) -> None:
        """Add a line of the stream."""
        self._lines.put_nowait(line)

    async def connected(self) -> bool:
        """Wait for the first event of the stream; return whether it arrived in time."""
        return await self._receives('"connected"')

    async def echo_s(self, message: str) -> float | None:
        """Publish an event and return the seconds until it arrived, or None if it did not."""
        began = time.monotonic()
        await self._probes.tell(self._ticket, message)
        return time.monotonic() - began if await self._receives(json.dumps(message)) else None

    async def _receives(self, text: str) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                while text not in await self._lines.get():
                    pass
                return True
        return False


async def ask(url: str, method: str, path: str, headers: dict[str, str]) -> Arrival:
    """Send a request without a body and return the answer.

    Raises:
        OSError, http.client.HTTPException, ValueError: the server does not answer.
    """
    return await asyncio.to_thread(_ask, url, method, path, headers)


async def how_seen(url: str, ticket: str) -> Seen:
    """Send a request to an address and return it as the web received it.

    Raises:
        WebAwayError: another server than this installation answers.
        OSError, http.client.HTTPException, ValueError: no server answers.
    """
    arrival = await ask(url, "GET", f"/health/seen?ticket={ticket}", {})
    if arrival.status != OK:
        raise WebAwayError(
            f"{url} answers {arrival.status}, so it is not the web of this installation"
        )
    return Seen(json.loads(arrival.body), arrival.own_port, arrival.certificate_ends)


@asynccontextmanager
async def open_test_stream(url: str, probes: Probes, ticket: str) -> AsyncIterator[Hearing]:
    """Open the stream of test events at an address.

    Raises:
        OSError, http.client.HTTPException, ValueError: the server does not answer.
    """
    hearing, loop = Hearing(probes, ticket), asyncio.get_running_loop()
    connection = _connection(url)
    request = {"Accept": "text/event-stream", "Connection": "close"}
    path = f"/health/events?ticket={ticket}"
    await asyncio.to_thread(connection.request, "GET", path, headers=request)
    sock = connection.sock

    def put(line: str) -> None:
        loop.call_soon_threadsafe(hearing.put, line)

    reading = asyncio.create_task(asyncio.to_thread(_read, connection, put))
    try:
        yield hearing
    finally:
        with suppress(OSError):  # the stream has already ended
            sock.shutdown(SHUT_RDWR)
        await reading
        connection.close()


def _read(connection: HTTPConnection, put: Callable[[str], object]) -> None:
    """Read the lines of an answer until it ends or breaks off."""
    with suppress(*FAULTS):
        answer = connection.getresponse()
        while line := answer.readline():
            put(line.decode())


def _ask(url: str, method: str, path: str, headers: dict[str, str]) -> Arrival:
    connection = _connection(url)
    try:
        connection.request(method, path, headers=headers)
        own_port = int(connection.sock.getsockname()[1])
        ends = _certificate_ends(connection.sock)
        answer = connection.getresponse()
        return Arrival(answer.status, answer.read(), own_port, ends)
    finally:
        connection.close()


def _certificate_ends(connected: socket) -> datetime | None:
    """Return when the server's certificate expires; None without TLS."""
    certificate = connected.getpeercert() if isinstance(connected, SSLSocket) else None
    if not certificate:
        return None
    return datetime.fromtimestamp(cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=ANSWER_TIMEOUT_S)
