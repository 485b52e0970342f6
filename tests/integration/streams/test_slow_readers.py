"""A client that opens a stream and does not read it is let go, and costs nobody anything."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from app.contract.events import logged
from app.progress.publisher import Publisher
from app.settings import Settings
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until

STALLED_AFTER_S = 2
OWNER = "local"  # who has the token
LINE = "x" * 10_000
LINES = 4000  # together more than the kernel's buffers hold, and more than the stream
MOST_GROWTH_BYTES = 30_000_000
REQUEST = (
    f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    environment = {
        "SIALOSCOPE_STALLED_AFTER_S": str(STALLED_AFTER_S),
        "SIALOSCOPE_STREAMS_PER_USER": "2",
    }
    with running_sialoscope(environment) as running:
        yield running


def test_a_reader_that_does_not_read_is_let_go_and_holds_no_memory(
    server: Sialoscope, client: httpx.Client
) -> None:
    with silent_reader(server.port), silent_reader(server.port):
        wait_until(lambda: not can_have_stream(client))
        before = server.web_memory_bytes()
        asyncio.run(tell_much(server.data))
        assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES
        wait_until(lambda: can_have_stream(client))


def test_a_reader_of_a_quiet_stream_is_kept(client: httpx.Client) -> None:
    with ExitStack() as stack:
        answers: list[httpx.Response] = []

        def is_admitted() -> bool:  # the places of those before may be given back only now
            opened = client.stream("GET", "/api/v1/events", timeout=2 * STALLED_AFTER_S)
            answers.append(stack.enter_context(opened))
            return answers[-1].is_success

        wait_until(is_admitted)
        with pytest.raises(httpx.ReadTimeout):  # nothing came, and it was not ended either
            list(answers[-1].iter_lines())


def silent_reader(port: int) -> socket.socket:
    """A stream's client that takes nothing beyond a small buffer."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", port))
    reader.sendall(REQUEST)
    return reader


def can_have_stream(client: httpx.Client) -> bool:
    with client.stream("GET", "/api/v1/events") as stream:
        return stream.is_success


async def tell_much(data: Path) -> None:
    url = Settings.from_environment({"SIALOSCOPE_DATA": str(data)}).redis_url
    async with Redis.from_url(url) as redis:
        publisher = Publisher(redis)
        for _ in range(LINES):
            await publisher.publish(uuid4().hex[:4], logged("info", LINE), owner=OWNER)
