"""What a service takes that has nothing to do, and with listeners that hear nothing."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from functools import partial

from tests.perf.stacks.stack import Stack, cpu_s, pids

# Start-up work is over by then, and the ten seconds of what is looked at most seldom pass often.
SETTLING_S = 15
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
    before, began = [cpu_s(of_one()) for of_one in measured], time.perf_counter()
    await asyncio.sleep(MEASURED_S)
    share = 100 / (time.perf_counter() - began)
    return [share * (cpu_s(of_one()) - cpu) for of_one, cpu in zip(measured, before, strict=True)]
