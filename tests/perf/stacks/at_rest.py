"""What a service takes that has nothing to do, and with listeners that hear nothing."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from functools import partial

from tests.perf.stacks.stack import Stack, cpu_s, pids

# Start-up work is over by then, and so are the processes that end when they have had no job.
SETTLING_S = 45
MEASURED_S = 40
LISTENERS = 1000


async def idle_shares(stacks: Sequence[Stack]) -> list[float]:
    """The percents of a core that each service takes at rest, at the same time."""
    return await _shares([partial(pids, stack) for stack in stacks])


async def relay_shares(stacks: Sequence[Stack]) -> list[float]:
    """The percents of a core that web and broker take for idle listeners."""
    async with AsyncExitStack() as listening:
        for stack in stacks:
            await listening.enter_async_context(stack.idle_listeners(LISTENERS))
        return await _shares([stack.relay_pids for stack in stacks])


async def _shares(measured: Sequence[Callable[[], Collection[int]]]) -> list[float]:
    await asyncio.sleep(SETTLING_S)
    processes, began = [set(of_one()) for of_one in measured], time.perf_counter()
    before = list(map(cpu_s, processes))
    await asyncio.sleep(MEASURED_S)
    share = 100 / (time.perf_counter() - began)
    for of_one, seen in zip(measured, processes, strict=True):
        assert seen == set(of_one()), "Processes came or went: the service was not at rest."
    return [share * (cpu_s(seen) - cpu) for seen, cpu in zip(processes, before, strict=True)]
