"""A process that answers several requests, one after the other, and ends when it must."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import psutil
import pytest

from app.runtime.limited_process import Limits, ProcessDiedError, TookTooLongError
from app.runtime.warm_process import WarmProcess
from tests.patience import until

MODULE = "tests.unit.echo_process"
PLENTY = Limits(2_000_000_000, 60)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def has_ended(pid: int) -> None:
    await until(lambda: not psutil.pid_exists(pid))


def is_running(module: str) -> bool:
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # it has ended meanwhile
            if module in child.cmdline():
                return True
    return False


def test_the_same_process_answers_again() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY)
        first = await warm.answer(b"one")
        assert await warm.answer(b"two") == first
        await warm.stop()
        await has_ended(int(first))

    run(work())


def test_requests_at_the_same_time_get_a_process_each_and_one_stays() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY)
        pids = await asyncio.gather(*(warm.answer(b"one") for _ in range(3)))
        assert len(set(pids)) == 3
        kept = await warm.answer(b"two")
        assert kept in pids
        for pid in {*pids} - {kept}:
            await has_ended(int(pid))
        await warm.stop()

    run(work())


def test_a_process_that_does_nothing_any_more_is_ended_before_its_time() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY._replace(idle_s=0.5))
        with pytest.raises(ProcessDiedError):
            await warm.answer(b"sleep")

    run(work())


def test_a_process_that_takes_too_long_is_ended() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, Limits(2_000_000_000, 0.1))
        with pytest.raises(TookTooLongError):
            await warm.answer(b"sleep")
        assert not is_running(MODULE)

    run(work())


def test_a_process_that_dies_is_replaced() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY)
        first = await warm.answer(b"one")
        with pytest.raises(ProcessDiedError):
            await warm.answer(b"die")
        assert await warm.answer(b"two") != first
        await warm.stop()

    run(work())


def test_a_process_that_nobody_asks_ends() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY, idle_s=0.01)
        first = int(await warm.answer(b"one"))
        await has_ended(first)
        assert int(await warm.answer(b"two")) != first
        await warm.stop()

    run(work())


def test_a_reader_that_leaves_ends_its_process() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY)
        first = int(await warm.answer(b"one"))
        asking = asyncio.create_task(warm.answer(b"sleep"))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await has_ended(first)

    run(work())


def test_a_process_that_has_become_large_is_not_kept() -> None:
    async def work() -> None:
        warm = WarmProcess(MODULE, PLENTY, most_idle_bytes=150_000_000)
        first = await warm.answer(b"one")
        assert await warm.answer(b"fill") == first
        assert not is_running(MODULE)
        second = await warm.answer(b"two")
        assert await warm.answer(b"three") == second != first
        await warm.stop()

    run(work())


def test_a_kept_process_that_fails_does_not_fail_the_request() -> None:
    async def work() -> None:
        limits = Limits(320_000_000, 60)  # enough to fill once, and not twice
        warm = WarmProcess(MODULE, limits, most_idle_bytes=2_000_000_000)
        first = await warm.answer(b"fill")
        second = await warm.answer(b"fill")
        assert second != first
        psutil.Process(int(second)).kill()
        assert await warm.answer(b"one") != second
        await warm.stop()

    run(work())
