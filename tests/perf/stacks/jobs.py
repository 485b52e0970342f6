"""How soon a job says something and ends, how many jobs a second pass, and what one takes."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from statistics import median
from typing import NamedTuple

from tests.perf.stacks.stack import Stack, cpu_s, ended, pids, until_ended

WARM_UP = 6
SUBMITTED_AT_ONCE = 8
ROUNDS = 3


class Moments(NamedTuple):
    """Seconds from the submission of a job."""

    first_event: float
    end: float


class Rate(NamedTuple):
    """Jobs a second, and the seconds of processors that one takes."""

    per_s: float
    cpu_s: float


async def warm_up(stacks: Sequence[Stack], table: bytes) -> None:
    """Have every process of each service run an analysis or more."""
    for stack in stacks:
        await throughput(stack, table, WARM_UP)


async def moments(stacks: Sequence[Stack], table: bytes, jobs: int) -> list[Moments]:
    """The medians of each service, over so many jobs of each, one at a time and by turns."""
    found = [[await follow(stack, table) for stack in stacks] for _ in range(jobs)]
    return [Moments(*each) for each in medians(found)]


async def follow(stack: Stack, table: bytes) -> Moments:
    """Submit a job and follow it to its end, as a page does."""
    began = time.perf_counter()
    job_id = await stack.submit(table)
    async with aclosing(stack.listen(job_id)) as events:
        heard = [time.perf_counter() - began async for _ in events]
    return Moments(heard[0], heard[-1])


async def rates(stacks: Sequence[Stack], table: bytes, jobs: int) -> list[Rate]:
    """The medians of each service over some rounds by turns."""
    found = [[await throughput(stack, table, jobs) for stack in stacks] for _ in range(ROUNDS)]
    return [Rate(*each) for each in medians(found)]


async def throughput(stack: Stack, table: bytes, jobs: int) -> Rate:
    """Submit so many jobs at once, and wait until all have ended.

    Raises:
        TimeoutError: they did not end.
    """
    before, wanted = cpu_s(pids(stack)), ended(stack) + jobs
    began, places = time.perf_counter(), asyncio.Semaphore(SUBMITTED_AT_ONCE)

    async def submit() -> None:
        async with places:
            await stack.submit(table)

    await asyncio.gather(*(submit() for _ in range(jobs)))
    if not await until_ended(stack, wanted):
        raise TimeoutError(f"The jobs of {stack.name} do not end.")
    taken = time.perf_counter() - began
    return Rate(jobs / taken, (cpu_s(pids(stack)) - before) / jobs)


def medians(rounds: Sequence[Sequence[tuple[float, ...]]]) -> list[list[float]]:
    """The medians of the measurements of each service, of which each round has one."""
    by_service = zip(*rounds, strict=True)
    return [[median(each) for each in zip(*found, strict=True)] for found in by_service]
