"""Every client is told how its job ended, whatever becomes of Redis meanwhile."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from redis import Redis

from app.db.jobs.store import JobStore
from app.progress.relay import Relay
from app.progress.streams import key_of
from app.runtime.redis_connection import connect, connect_impatiently
from tests.integration.api import SMALL, events, finished, large_table, submit
from tests.servers import (
    Broker,
    Sialoscope,
    jobs_in,
    running_broker,
    running_sialoscope,
    wait_until,
)

# Longer than the sweeper's turn and the pauses in which the parts find the broker again.
SWEPT_WITHIN_S = 40


@pytest.fixture
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture
def server(broker: Broker) -> Iterator[Sialoscope]:
    with running_sialoscope({"REDIS_URL": broker.url}) as running:
        yield running


def state(server: Sialoscope, job_id: str) -> str:
    with jobs_in(server.database_url):
        return asyncio.run(JobStore().get(job_id)).state


def last_event(broker: Broker, job_id: str) -> bytes:
    with Redis.from_url(broker.url) as redis:
        found: Any = redis.xrevrange(key_of(job_id), count=1)
        return bytes(found[0][1][b"data"]) if found else b""


def test_the_first_page_after_a_restart_of_redis_is_shown(broker: Broker) -> None:
    async def work() -> None:
        async with connect(broker.url) as patient, connect_impatiently(broker.url) as reads:
            relay, key = Relay(patient, reads=reads), key_of("any")
            before = await asyncio.gather(*(relay.streams.tip(key) for _ in range(3)))
            broker.kill()
            broker.start()  # blocks the loop, so that no connection has heard of the end
            assert [await relay.streams.tip(key) for _ in range(3)] == before

    asyncio.run(work())


def test_an_end_that_redis_missed_is_published_when_it_is_back(
    client: httpx.Client, server: Sialoscope, broker: Broker
) -> None:
    job_id = submit(client, large_table(300))
    seen = next(event.id for event in events(client, job_id) if event.id)
    with server.held_analysis():
        broker.kill()
        broker.lose_all()
    wait_until(lambda: state(server, job_id) == "succeeded")
    broker.start()
    wait_until(lambda: b'"complete"' in last_event(broker, job_id), SWEPT_WITHIN_S)
    received = list(events(client, job_id, seen))
    assert [event.event for event in received] == ["connected", "complete"]
    assert_has_seen_it(client, job_id, received[-1].id)


def test_a_client_whose_stream_was_lost_after_the_end_gets_the_end_from_the_row(
    client: httpx.Client, broker: Broker
) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    seen = next(event.id for event in events(client, job_id) if event.id)
    broker.kill()
    broker.lose_all()
    broker.start()
    received = list(events(client, job_id, seen))
    assert [event.event for event in received] == ["connected", "snapshot", "complete"]
    assert_has_seen_it(client, job_id, received[-1].id)


def assert_has_seen_it(client: httpx.Client, job_id: str, event_id: str) -> None:
    headers = {"Last-Event-ID": event_id}
    answer = client.get(f"/api/v1/jobs/{job_id}/events", headers=headers)
    assert answer.status_code == httpx.codes.NO_CONTENT
