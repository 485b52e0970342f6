"""Both services of the bench run jobs and send the events of each to its listeners."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

import aiohttp
import pytest

from app.analysis.example.example_table import example_table
from tests.perf.stacks.jobs import throughput
from tests.perf.stacks.losses import Lost, late
from tests.perf.stacks.peer import Peer
from tests.perf.stacks.peer_server import PeerServer, running_peer
from tests.perf.stacks.report import Line
from tests.perf.stacks.sialoscope import Own, noop_worker
from tests.perf.stacks.stack import Stack, ended
from tests.servers import Sialoscope, running_sialoscope

TABLE = example_table().write_csv().encode()


@pytest.fixture(scope="module")
def peer() -> Iterator[PeerServer]:
    with running_peer() as server:
        yield server


@pytest.fixture(scope="module")
def own() -> Iterator[Sialoscope]:
    with running_sialoscope() as server:
        yield server


def test_the_peer_analyzes_a_table_and_tells_its_listeners(peer: PeerServer) -> None:
    async def names() -> list[str]:
        async with aiohttp.ClientSession() as session, asyncio.timeout(250):
            stack = Peer(peer, session)
            job_id = await stack.submit(TABLE)
            async with aclosing(stack.listen(job_id)) as events:
                heard = [event async for event in events]
            assert heard[-1].place == str(await stack.sent(job_id))
            return [each.name for each in heard]

    heard = asyncio.run(names())
    assert heard[-1] == "complete"
    assert {"progress", "rule"} < set(heard)
    results = [*(peer.folder / "media" / "results").glob("*/rows.parquet")]
    assert len(results) == 1


def test_both_run_jobs_that_are_submitted_at_once(own: Sialoscope, peer: PeerServer) -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            stacks: tuple[Stack, Stack] = Own(own, session), Peer(peer, session)
            for stack in stacks:
                before = ended(stack)
                rate = await throughput(stack, TABLE, 3)
                assert ended(stack) == before + 3
                assert rate.per_s > 0
                assert rate.cpu_s > 0

    asyncio.run(run())


def test_a_listener_who_comes_late_misses_events_of_the_peer_alone(
    own: Sialoscope, peer: PeerServer
) -> None:
    async def lost() -> list[Lost]:
        async with aiohttp.ClientSession() as session:
            return [await late(each, TABLE) for each in (Own(own, session), Peer(peer, session))]

    of_own, of_peer = asyncio.run(lost())
    assert (of_own.lost, of_own.of > 20) == (0, True)
    assert of_peer.lost == of_peer.of > 20


def test_workers_without_analyses_end_jobs(own: Sialoscope) -> None:
    async def run(worker: int) -> None:
        async with aiohttp.ClientSession() as session:
            stack = Own(own, session, [worker])
            job_id = await stack.submit(TABLE)
            async with aclosing(stack.listen(job_id)) as events:
                heard = [event async for event in events]
            assert heard[-1].name == "complete"
            assert "rule" not in {event.name for event in heard}

    with noop_worker(own) as worker:
        asyncio.run(run(worker))


def test_a_ratio_says_how_many_times_better_sialoscope_is() -> None:
    assert Line("ms", own=10, peer=40, goal=4).ratio == 4
    assert Line("a second", own=40, peer=10, goal=4, is_more_better=True).ratio == 4
