"""The section of the bench that measures both services by turns."""

import asyncio
import os
import resource
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import aiohttp

from app.analysis.example.example_table import example_table
from tests.integration.api import large_table
from tests.perf.stacks import at_rest, jobs, losses
from tests.perf.stacks.peer import Peer
from tests.perf.stacks.peer_server import running_peer
from tests.perf.stacks.report import Line, print_head, print_lines, print_losses
from tests.perf.stacks.sialoscope import LIMITS, Own, noop_worker
from tests.perf.stacks.stack import Stack, memory_mb
from tests.perf.stacks.starts import Server, starts
from tests.servers import running_sialoscope

FOLLOWED, FOLLOWED_NOOP = 30, 60
SUBMITTED, SUBMITTED_NOOP = 40, 200
STARTED, LISTENED, KILLED = 3, 5, 3
COPIES = 60  # of the example table in a job that lasts long enough to be interrupted
# How many times better Sialoscope should be, with work and at rest.
GOAL, GOAL_AT_REST = 4, 2
MS = 1000


def show() -> None:
    """Print the ratios with the same analysis and with none, then at rest, then the losses."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    table = example_table()
    print_head(os.getloadavg()[0])
    asyncio.run(_show_with_analyses(table.write_csv().encode(), f"{table.height} rows"))
    asyncio.run(_show_without_analyses(table.write_csv().encode()))


async def _show_with_analyses(table: bytes, what: str) -> None:
    with running_sialoscope(LIMITS) as own_server, running_peer() as peer_server:
        async with _session() as session:
            stacks = Own(own_server, session), Peer(peer_server, session)
            await jobs.warm_up(stacks, table)
            await _show_work(stacks, table, what, (FOLLOWED, SUBMITTED))
            await _show_rest(stacks)
        async with _session(keeps_connections=False) as session:  # servers start again
            stacks = Own(own_server, session), Peer(peer_server, session)
            await _show_starts(((own_server, stacks[0]), (peer_server, stacks[1])), table)
            await _show_lost_events(stacks)
            await _show_lost_jobs(stacks)


async def _show_without_analyses(table: bytes) -> None:
    with (
        running_sialoscope(LIMITS) as own_server,
        noop_worker(own_server) as worker,
        running_peer(analyzes=False) as peer_server,
    ):
        async with _session() as session:
            stacks = Own(own_server, session, [worker]), Peer(peer_server, session)
            await jobs.warm_up(stacks, table)
            await _show_work(stacks, table, "no analysis", (FOLLOWED_NOOP, SUBMITTED_NOOP))


async def _show_work(
    stacks: Sequence[Stack], table: bytes, what: str, number: tuple[int, int]
) -> None:
    """Print the ratios of jobs one at a time, and of many jobs at once."""
    followed, submitted = number
    own, peer = await jobs.moments(stacks, table, followed)
    print_lines(
        [
            Line(f"{what}: first event, ms", MS * own.first_event, MS * peer.first_event, GOAL),
            Line(f"{what}: complete, ms", MS * own.end, MS * peer.end, GOAL),
        ]
    )
    own_rate, peer_rate = await jobs.rates(stacks, table, submitted)
    print_lines(
        [
            Line(f"{what}: jobs a second", own_rate.per_s, peer_rate.per_s, GOAL, True),
            Line(f"{what}: CPU ms a job", MS * own_rate.cpu_s, MS * peer_rate.cpu_s, GOAL),
        ]
    )


async def _show_rest(stacks: Sequence[Stack]) -> None:
    """Print what idle services take, with listeners and without."""
    own, peer = await at_rest.idle_shares(stacks)
    print_lines([Line("at rest, % of a core", own, peer, GOAL_AT_REST)])
    own, peer = map(memory_mb, stacks)
    print_lines([Line("at rest, MB (PSS)", own, peer, GOAL_AT_REST)])
    own, peer = await at_rest.relay_shares(stacks)
    what = f"{at_rest.LISTENERS:,} idle listeners, % of a core"
    print_lines([Line(what, own, peer, GOAL_AT_REST)])


async def _show_starts(services: Sequence[tuple[Server, Stack]], table: bytes) -> None:
    """Print how soon the pages answer after a start, and how soon a first job has ended."""
    own, peer = await starts(services, table, STARTED)
    print_lines(
        [
            Line("start to answer, s", own.answer, peer.answer, GOAL_AT_REST),
            Line("start to end of a first job, s", own.first_job, peer.first_job, GOAL_AT_REST),
        ]
    )


async def _show_lost_events(stacks: Sequence[Stack]) -> None:
    """Print how many events a listener misses."""
    table = large_table(COPIES)
    faults = {
        "who comes when the job has ended": losses.late,
        "whose connection is cut": losses.cut,
    }
    for what, lose in faults.items():
        lost = [
            losses.summed([await lose(each, table) for _ in range(LISTENED)]) for each in stacks
        ]
        print_losses(f"events lost to a listener {what}", *lost)


async def _show_lost_jobs(stacks: Sequence[Stack]) -> None:
    """Print how many jobs do not end in time after a kill, and the slowest of the others."""
    table = large_table(COPIES)
    for what, is_worker in (("an analysis", False), ("a worker", True)):
        ends = []
        for each in stacks:
            kill = each.kill_worker if is_worker else each.kill_analyses
            ends.append([await losses.killed(each, table, kill) for _ in range(KILLED)])
        print_losses(f"jobs lost by the kill of {what}", *map(losses.recovery, ends))


@asynccontextmanager
async def _session(*, keeps_connections: bool = True) -> AsyncGenerator[aiohttp.ClientSession]:
    """A client without a limit of connections or time."""
    connector = aiohttp.TCPConnector(limit=0, force_close=not keeps_connections)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield session
