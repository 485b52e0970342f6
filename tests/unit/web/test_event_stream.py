"""How an event stream that breaks off ends, for its client and in the log."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Response, get

from app.web.streaming.event_stream import Application, EventStream


async def broken() -> AsyncIterator[bytes]:
    yield b"data: first\n\n"
    raise LookupError("GM1(x)")  # the log must not quote it


@get("/events")
async def events() -> Response[None]:
    return EventStream(broken())


def test_a_stream_that_fails_ends_and_the_log_names_the_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    async def read() -> str:
        app = Application([events], logging_config=None)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.get("/events")).text

    assert asyncio.run(read()) == "data: first\n\n"
    (line,) = [each for each in caplog.messages if each.startswith("An event stream ended: ")]
    assert "an error (LookupError)" in line
    assert "GM1(x)" not in line
