"""How an event stream ends, for its client and in the log."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

from app.contract.events import Cancelled, Progress
from app.progress.relay import Relay
from app.progress.streams import StoredEvent
from app.web.streaming.event_stream import Application, EventStream
from app.web.streaming.sse import as_json

JOB = "5f0c2a7be1d94c6f8a3d17b2c9e04f61"
CANCELLED = StoredEvent(None, Cancelled(message="Cancelled."), JOB)
PROGRESS = StoredEvent(
    None, Progress(message="", percentage=5, current_step="loading", timestamp=""), JOB
)


async def broken() -> AsyncIterator[bytes]:
    yield b"data: first\n\n"
    raise LookupError("GM1(x)")  # the log must not quote it


@get("/events")
async def broken_events() -> Response[None]:
    return EventStream(broken())


def test_a_stream_that_fails_ends_and_the_log_names_the_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text, line = read(caplog)
    assert text == "data: first\n\n"
    assert "an error (LookupError)" in line
    assert "GM1(x)" not in line


@pytest.mark.parametrize(
    ("last", "of_many_jobs", "why"),
    [
        (CANCELLED, False, "the job ended"),
        (PROGRESS, False, "this web process stops"),
        (CANCELLED, True, "this web process stops"),
    ],
)
def test_a_process_that_stops_tells_ended_jobs_from_streams_that_it_cuts(
    caplog: pytest.LogCaptureFixture, last: StoredEvent, of_many_jobs: bool, why: str
) -> None:
    relay = Relay(Redis())

    async def batches() -> AsyncIterator[list[StoredEvent]]:
        relay.drain()
        yield [last]

    @get("/events")
    async def events() -> Response[None]:
        messages = as_json(batches(), relay, of_many_jobs=of_many_jobs)
        return EventStream(messages, job_id=None if of_many_jobs else JOB)

    text, line = read(caplog, events)
    assert line.startswith(f"An event stream ended: {why}")
    assert ("retry: " in text) == (why == "this web process stops")


def read(
    caplog: pytest.LogCaptureFixture, handler: HTTPRouteHandler = broken_events
) -> tuple[str, str]:
    """The text of a stream, and the line of the log about its end."""
    caplog.set_level(logging.INFO)

    async def whole() -> str:
        app = Application([handler], logging_config=None)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.get("/events")).text

    text = asyncio.run(whole())
    (line,) = [each for each in caplog.messages if each.startswith("An event stream ended: ")]
    return text, line
