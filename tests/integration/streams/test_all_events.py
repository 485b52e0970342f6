"""One stream for all jobs of a user: complete, resumable, and of nobody else's jobs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from uuid import uuid4

import httpx
import pytest
from httpx_sse import ServerSentEvent, connect_sse
from redis.asyncio import Redis

from app.contract.events import Event, Log, Snapshot
from app.db.jobs.changes.new_job import new_job_id
from app.db.jobs.store import JobStore
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.progress.streams import EventId, StoredEvent
from app.web.streaming.owner_events import owner_events
from tests.held_jobs import held_job
from tests.integration.api import SMALL, data, finished, large_table, submit
from tests.patience import PATIENCE_S
from tests.servers import Sialoscope, running_sialoscope, wait_until
from tests.stored_jobs import new_job

URL = "/api/v1/events"
QUIET_AT_MOST_S = 12  # less than the pause of the keep-alive
LAST = ("complete", "error", "cancelled")


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """A server of this module's own: no other test's jobs, and its web process is stopped."""
    with running_sialoscope() as running:
        yield running


@contextmanager
def following(client: httpx.Client, last_event_id: str = "") -> Iterator[Iterator[ServerSentEvent]]:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with connect_sse(client, "GET", URL, headers=headers, timeout=QUIET_AT_MOST_S) as source:
        received = source.iter_sse()
        assert next(received).event == "connected"
        yield (event for event in received if event.data)


def until_ended(received: Iterator[ServerSentEvent], jobs: set[str]) -> list[ServerSentEvent]:
    """The events up to the last one of the last of the jobs."""
    waiting, taken = set(jobs), []
    for event in received:
        taken.append(event)
        if event.event in LAST:
            waiting.discard(data(event)["job_id"])
        if not waiting:
            return taken
    raise AssertionError("The stream of all jobs ended.")


def test_each_event_of_each_job_comes_once_and_names_its_job(client: httpx.Client) -> None:
    with following(client) as received:
        jobs = {submit(client, SMALL), submit(client, b"a,b\n1,2\n")}
        taken = until_ended(received, jobs)
    assert len({event.id for event in taken}) == len(taken)
    for job_id in jobs:
        own = [event for event in taken if data(event)["job_id"] == job_id]
        assert data(own[0])["current_step"] == "queued"
        with connect_sse(client, "GET", f"/api/v1/jobs/{job_id}/events") as source:
            of_job = [data(event) for event in source.iter_sse() if event.id]
        assert [{**event, "job_id": job_id} for event in of_job] == [data(e) for e in own[1:]]


def test_a_client_that_comes_back_gets_exactly_what_it_missed(client: httpx.Client) -> None:
    with following(client) as received:
        jobs = {submit(client, SMALL), submit(client, SMALL)}
        taken = until_ended(received, jobs)
    with following(client, taken[2].id) as received:
        assert [event.id for event in until_ended(received, jobs)] == [e.id for e in taken[3:]]


def test_a_client_without_an_event_before_a_break_misses_nothing(client: httpx.Client) -> None:
    with connect_sse(client, "GET", URL, timeout=QUIET_AT_MOST_S) as source:
        place = next(event.id for event in source.iter_sse() if event.id and not event.data)
    job_id = submit(client, SMALL)
    finished(client, job_id)
    with following(client, place) as received:
        own = [data(event) for event in until_ended(received, {job_id})]
    assert own[0]["current_step"] == "queued"
    assert "job" not in own[0]


@pytest.mark.usefixtures("database")
def test_the_place_of_a_follower_before_the_first_event_stays_valid(broker_url: str) -> None:
    async def work() -> None:
        owner, jobs = uuid4().hex, JobStore()
        async with parts(broker_url) as (publisher, relay):
            received = owner_events(owner, None, jobs, relay)
            await anext(received)
            (place,) = await anext(received)
            assert isinstance(place, EventId)
            await publisher.publish(new_job_id(), line("first"), owner=owner)
            again = one_by_one(owner_events(owner, place, jobs, relay))
            assert (await anext_event(again)).event.name == "connected"
            missed = await anext_event(again)
            assert missed.event == line("first")
            assert missed.id
            assert missed.id > place

    asyncio.run(work())


@pytest.mark.parametrize("unknown", ["99999999999999999999-0", "0-99999999999999999999", "one"])
def test_an_invalid_id_gets_the_events_of_a_new_client(client: httpx.Client, unknown: str) -> None:
    with following(client, unknown) as received:
        jobs = {submit(client, SMALL)}
        assert until_ended(received, jobs)


def test_a_late_client_gets_the_running_jobs_and_the_next_events(
    client: httpx.Client, server: Sialoscope
) -> None:
    finished(client, submit(client, SMALL))
    with ExitStack() as hold:
        job_id = hold.enter_context(held_job(server, client))
        with following(client) as received:
            snapshot = next(received)
            hold.close()
            rest = until_ended(received, {job_id})
    assert snapshot.event == "snapshot"
    assert data(snapshot)["job_id"] == data(snapshot)["job"]["id"] == job_id
    assert data(snapshot)["job"]["status"] == "running"
    assert {data(event)["job_id"] for event in rest} == {job_id}


def test_a_gap_is_closed_by_snapshots_of_what_ended_in_it_too(client: httpx.Client) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    with following(client, "1-1") as received:
        for event in received:
            if event.event == "snapshot" and data(event)["job_id"] == job_id:
                assert data(event)["job"]["status"] == "succeeded"
                return
    raise AssertionError("The stream of all jobs ended.")


def test_a_web_process_that_stops_sends_its_listeners_away_and_they_miss_nothing(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = submit(client, large_table(copies=300))
    lines = []
    with client.stream("GET", URL) as stream, ExitStack() as hold:
        for line in stream.iter_lines():
            lines.append(line)
            if line == "event: progress" and lines.count(line) == 1:
                hold.enter_context(server.held_analysis())
                for pid in server.pids("web"):
                    os.kill(pid, signal.SIGTERM)
    assert lines[-2].startswith("retry: ")
    seen = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    wait_until(server.is_ready)
    with following(client, seen[-1]) as received:
        rest = until_ended(received, {job_id})
    assert seen[-1] not in [event.id for event in rest]
    shares = [data(event)["percentage"] for event in rest if event.event == "progress"]
    assert shares[-1] == 100
    assert not {event.event for event in rest} & {"snapshot"}


@pytest.mark.usefixtures("database")
def test_nothing_of_another_owner_is_revealed(broker_url: str) -> None:
    async def work() -> None:
        mine, theirs = uuid4().hex, uuid4().hex
        jobs = JobStore()
        own, other = await jobs.add(new_job(mine)), await jobs.add(new_job(theirs))
        async with parts(broker_url) as (publisher, relay):
            received = one_by_one(owner_events(mine, None, jobs, relay))
            assert [(await anext_event(received)).event.name for _ in range(2)] == [
                "connected",
                "snapshot",
            ]
            await publisher.publish(other.id, line("theirs"), owner=theirs)
            await publisher.publish(own.id, line("mine"), owner=mine)
            assert (await anext_event(received)).event == line("mine")
            await publisher.publish(other.id, line("theirs again"), owner=theirs)
            after_gap = one_by_one(owner_events(mine, EventId(1, 1), jobs, relay))
            names = [await anext_event(after_gap) for _ in range(3)]
            assert [stored.job_id for stored in names] == ["", own.id, own.id]

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_jobs_beyond_one_page_have_their_snapshots(broker_url: str) -> None:
    async def work() -> None:
        owner, jobs = uuid4().hex, JobStore()
        ids = {(await jobs.add(new_job(owner))).id for _ in range(205)}
        ended = await jobs.cancel(min(ids), owner=owner)
        async with parts(broker_url) as (_, relay):
            received = one_by_one(owner_events(owner, None, jobs, relay))
            await anext_event(received)
            found = [await anext_event(received) for _ in range(204)]
            assert {stored.job_id for stored in found} == ids - {ended.id}
            assert all(isinstance(stored.event, Snapshot) for stored in found)

    asyncio.run(work())


@asynccontextmanager
async def parts(url: str) -> AsyncIterator[tuple[Publisher, Relay]]:
    async with Redis.from_url(url) as redis:
        relay = Relay(redis)
        await relay.start()
        yield Publisher(redis), relay
        await relay.stop()


async def one_by_one(
    received: AsyncIterator[Sequence[StoredEvent | EventId]],
) -> AsyncIterator[StoredEvent]:
    async for events in received:
        for event in events:
            if isinstance(event, StoredEvent):
                yield event


async def anext_event(received: AsyncIterator[StoredEvent]) -> StoredEvent:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(received)


def line(text: str) -> Event:
    return Log(level="info", message=text)
