"""A client of event streams that is cheap enough to open by the thousand.

It speaks as much HTTP/1.1 as uvicorn answers with, and parses server-sent events by
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

# The server sends something at least every 15 s; a client that hears less reconnects.
SILENCE_S = 45.0


class StreamEvent(NamedTuple):
    """One event; ``id`` is empty where the event has none."""

    id: str
    name: str
    data: str


class Answer(NamedTuple):
    """The status of an answer, and its body's events as they come."""

    status: int
    events: AsyncIterator[StreamEvent]


@asynccontextmanager
async def get_events(port: int, path: str, headers: dict[str, str]) -> AsyncIterator[Answer]:
    """Open a stream on 127.0.0.1.

    Raises:
        OSError: The connection was refused or reset.
        EOFError: The connection ended in the middle.
        TimeoutError: Nothing arrived for longer than a server may be silent.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = {"Host": f"127.0.0.1:{port}", "Accept": "text/event-stream"} | headers
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(SILENCE_S):
            answered = await reader.readuntil(b"\r\n\r\n")
        yield Answer(int(answered.split(b" ", 2)[1]), _events(reader))
    finally:
        writer.close()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[StreamEvent]:
    fields: dict[str, str] = {}
    async for line in _lines(reader):
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line and "data" in fields:
            yield StreamEvent(fields.get("id", ""), fields.get("event", ""), fields["data"])
        if not line:
            fields = {}


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    rest = b""
    async for chunk in _chunks(reader):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r").decode()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The chunks of the body (RFC 9112, 7.1), each within the time limit."""
    while True:
        async with asyncio.timeout(SILENCE_S):
            size = int(await reader.readuntil(b"\r\n"), 16)
            chunk = await reader.readexactly(size + 2)
        if size == 0:
            return
        yield chunk[:-2]
