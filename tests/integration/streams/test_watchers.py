"""Who follows a job is known to those who may see it, over all web processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TypeAlias

import httpx
import pytest
from httpx_sse import ServerSentEvent, connect_sse
from redis.asyncio import Redis

from app.contract.events import Connected
from app.contract.events import Watchers as Watching
from app.progress.streams import StoredEvent
from app.web.streaming.watchers import Watcher, Watchers
from tests.held_jobs import held_job
from tests.integration.streams.test_stream_tokens import bearer, made
from tests.patience import until
from tests.people import Person

ADA, BOB = Watcher("a", "ada"), Watcher("b", "bob")
DASHBOARD = Watcher("token", "")
JOB = "a job"


Seen: TypeAlias = dict[str, list[Watching]]


async def quiet(end: asyncio.Event) -> AsyncIterator[list[StoredEvent]]:
    yield [StoredEvent(None, Connected())]
    await end.wait()


async def follow(watchers: Watchers, who: Watcher, seen: Seen, end: asyncio.Event) -> None:
    async for events in watchers.joined(quiet(end), JOB, who):
        seen[who.name] += [each.event for each in events if isinstance(each.event, Watching)]


async def look_until(processes: Sequence[Watchers], seen: list[Watching], last: Watching) -> None:
    async def is_seen() -> bool:
        for each in processes:
            await each.look()
        return seen[-1:] == [last]

    await until(is_seen)


def test_followers_of_two_processes_see_each_other(broker_url: str) -> None:
    async def meet() -> None:
        async with Redis.from_url(broker_url) as redis:
            one, other = both = (Watchers(redis), Watchers(redis))
            seen: Seen = {"ada": [], "bob": []}
            bob_leaves, end = asyncio.Event(), asyncio.Event()
            dashboard = other.counted(quiet(end), JOB, DASHBOARD)
            bob = asyncio.create_task(follow(other, BOB, seen, bob_leaves))
            windows = [asyncio.create_task(follow(one, ADA, seen, end)) for _ in range(2)]
            await anext(dashboard)
            for each in seen.values():
                await look_until(both, each, Watching(count=3, names=["ada", "bob"]))
            bob_leaves.set()
            await bob
            await look_until(both, seen["ada"], Watching(count=2, names=["ada"]))
            end.set()
            await asyncio.gather(*windows)
            assert await anext(dashboard, None) is None

    asyncio.run(meet())


@pytest.fixture(scope="module")
def adas(ada: Person) -> Iterator[httpx.Client]:
    with ada.program("read", "submit", "manage") as program:
        yield program


def until_seen(received: Iterator[ServerSentEvent], count: int) -> list[str]:
    """The names of those who follow, once there are so many."""
    for event in received:
        if event.event == "watchers" and json.loads(event.data)["count"] == count:
            names: list[str] = json.loads(event.data)["names"]
            return names
    raise AssertionError("The stream ended.")


def test_those_who_may_see_a_job_see_who_follows_it_and_a_dashboard_sees_nobody(
    adas: httpx.Client, ada: Person, bob: Person
) -> None:
    with held_job(ada.server, adas, "watched.csv") as job_id, bob.program("read") as bobs:
        share = {"name": bob.name, "may": "view"}
        assert adas.put(f"/api/v1/jobs/{job_id}/shares", json=share).is_success
        token = made(adas, "job", job_id)
        own, by_token = f"/api/v1/jobs/{job_id}/events", f"/api/v1/streams/jobs/{job_id}/events"
        params = {"watchers": "true"}
        with (
            connect_sse(adas, "GET", own, params=params) as of_ada,
            connect_sse(bobs, "GET", own, params=params) as of_bob,
            httpx.Client(base_url=ada.server.url, headers=bearer(token), timeout=60) as page,
            connect_sse(page, "GET", by_token) as of_page,
        ):
            dashboard = of_page.iter_sse()
            assert next(dashboard).event == "connected"
            open_ones = [each.iter_sse() for each in (of_ada, of_bob)]
            for received in open_ones:
                assert until_seen(received, 3) == [ada.name, bob.name]
            page_of_job = f"/jobs/{job_id}/events"
            with ada.session() as browser, connect_sse(browser, "GET", page_of_job) as of_panel:
                panel = of_panel.iter_sse()
                shown = next(each.data for each in panel if each.event == "watchers")
            assert shown == f"Watching too: {bob.name}, 1 dashboard."
            adas.post(f"/api/v1/jobs/{job_id}/cancel")
            assert "watchers" not in {event.event for event in dashboard}
