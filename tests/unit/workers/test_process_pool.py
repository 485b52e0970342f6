"""An analysis process is ready before it is needed, and one that died is replaced."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from workers.pool.process_pool import ProcessLimits, ProcessPool

MODULE = "tests.perf.noop_analysis"
WITHIN_S = 10.0


def running() -> set[int]:
    """The analysis processes of this process."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if MODULE in child.cmdline():
                found.add(child.pid)
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - processes raise no event
            await asyncio.sleep(0.02)


def pool(*, least_life_s: float = 0.0) -> ProcessPool:
    return ProcessPool(ProcessLimits(1, 2**32), module=MODULE, least_life_s=least_life_s)


def test_one_process_is_ready_and_lent_and_the_next_one_too_when_it_died() -> None:
    async def work() -> None:
        processes = pool()
        await processes.keep_one_ready()
        await until(lambda: len(running()) == 1)
        first = running()
        async with processes.borrow():
            assert running() == first
        psutil.Process(*first).kill()
        await until(lambda: len(running() - first) == 1)
        await processes.close()
        assert not running()

    asyncio.run(work())


def test_a_process_that_is_killed_for_its_request_is_replaced() -> None:
    async def fail(processes: ProcessPool) -> None:
        async with processes.borrow():
            raise LookupError

    async def work() -> None:
        processes = pool()
        with pytest.raises(LookupError):
            await fail(processes)
        await until(lambda: len(running()) == 1)
        await processes.close()
        assert not running()

    asyncio.run(work())


def test_a_process_that_died_young_is_replaced_when_it_is_needed() -> None:
    async def work() -> None:
        processes = pool(least_life_s=WITHIN_S)
        await processes.keep_one_ready()
        (first,) = running()
        psutil.Process(first).kill()
        await until(lambda: not running())
        await asyncio.sleep(0.2)
        assert not running()
        async with processes.borrow():
            await until(lambda: len(running()) == 1)
        await processes.close()

    asyncio.run(work())
