"""An analysis process is ready before it is needed, a dead one is replaced, and idle ones end."""

import asyncio
from contextlib import suppress

import psutil
import pytest

from tests.patience import PATIENCE_S, until
from workers.pool.analysis_process import ProcessLimits
from workers.pool.process_pool import ProcessPool

MODULE = "tests.perf.noop_analysis"


def running() -> set[int]:
    """The analysis processes of this process."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if MODULE in child.cmdline():
                found.add(child.pid)
    return found


def pool(*, least_life_s: float = 0.0, surplus_after_s: float = PATIENCE_S) -> ProcessPool:
    return ProcessPool(
        ProcessLimits(1, 2**32),
        module=MODULE,
        least_life_s=least_life_s,
        surplus_after_s=surplus_after_s,
    )


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
        processes = pool(least_life_s=PATIENCE_S)
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


def test_of_the_processes_that_are_idle_for_long_the_latest_stays() -> None:
    async def work() -> None:
        processes = pool(surplus_after_s=0.0)
        async with processes.borrow() as last, processes.borrow() as other:
            assert running() == {last.pid, other.pid}
        await until(lambda: running() == {last.pid})
        async with processes.borrow() as again:
            assert again is last
        await processes.close()
        assert not running()

    asyncio.run(work())


def test_processes_that_are_needed_again_soon_stay() -> None:
    async def work() -> None:
        processes = pool()
        async with processes.borrow() as last, processes.borrow() as other:
            pass
        async with processes.borrow() as again, processes.borrow() as once_more:
            assert {again.pid, once_more.pid} == {last.pid, other.pid}
        await processes.close()
        assert not running()

    asyncio.run(work())
