"""What the bench does with a job service, whichever it is."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import AbstractAsyncContextManager, closing, suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.perf.rest import pss_mb
from tests.perf.scaling import cpu_s_of
from tests.servers import children

LOOKED_EVERY_S = 0.05
LONGEST_RUN_S = 180


class Heard(NamedTuple):
    """An event that a listener got; ``place`` is where to go on after it, if the stack knows."""

    name: str
    place: str = ""

    @property
    def is_last(self) -> bool:
        return self.name in ("complete", "error")


class Stack(Protocol):
    """A job service that runs."""

    name: str
    jobs_table: str

    @property
    def rows(self) -> Path:
        """The SQLite file of its jobs."""
        ...

    async def submit(self, table: bytes) -> str:
        """Submit a table over HTTP; return the id of its job."""
        ...

    def listen(self, job_id: str, after: str = "", /) -> AsyncGenerator[Heard]:
        """Follow a job on a new connection, after a place where the stack takes one."""
        ...

    async def sent(self, job_id: str) -> int:
        """How many events of a job that has ended were published."""
        ...

    def idle_listeners(self, number: int) -> AbstractAsyncContextManager[None]:
        """So many listeners of a job that says nothing."""
        ...

    def roots(self) -> list[int]:
        """The processes that started all others of this service."""
        ...

    def relay_pids(self) -> list[int]:
        """The processes between the worker and the listeners: web and broker."""
        ...

    def kill_analyses(self) -> None:
        """Kill the processes that analyze."""
        ...

    def kill_worker(self) -> None:
        """Kill the worker and the processes that analyze; it is started again at once."""
        ...


def pids(stack: Stack) -> list[int]:
    """All processes of a service."""
    return [pid for root in stack.roots() for pid in family(root)]


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    return [pid, *(each for child in children(pid) for each in family(child))]


def kill(victims: Collection[int]) -> None:
    """Kill processes that may have ended."""
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def cpu_s(processes: Collection[int]) -> float:
    """The seconds of processors that these processes took so far, without those that ended."""
    taken = 0.0  # also of threads that ended
    for pid in processes:
        with suppress(OSError):
            taken += cpu_s_of(pid)
    return taken


def memory_mb(stack: Stack) -> float:
    """The memory of a service (PSS)."""
    return sum(map(pss_mb, pids(stack)))


def ended(stack: Stack) -> int:
    """How many jobs have ended so far.

    Raises:
        AssertionError: one has failed.
    """
    query = f"SELECT state, count(*) FROM {stack.jobs_table} GROUP BY state"  # noqa: S608
    with closing(sqlite3.connect(stack.rows)) as rows:
        states = dict(rows.execute(query).fetchall())
    assert not states.get("failed"), f"A job of {stack.name} failed."
    return int(states.get("succeeded", 0))


async def until_ended(stack: Stack, jobs: int, within_s: float = LONGEST_RUN_S) -> bool:
    """Wait until so many jobs have ended; return False if they have not after a while."""
    deadline = time.monotonic() + within_s
    while ended(stack) < jobs:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(LOOKED_EVERY_S)
    return True
