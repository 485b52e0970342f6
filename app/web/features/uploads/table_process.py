"""Reads a table in a process with limits of memory and time, which can exhaust only itself."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

import anyio
from anyio import CapacityLimiter, to_process

from app.runtime.memory_limits import within_memory

Given = TypeVarTuple("Given")
Result = TypeVar("Result")


async def read_in_process(
    work: Callable[[Unpack[Given]], Result],
    *given: *Given,
    memory_bytes: int,
    longest_s: float,
    limiter: CapacityLimiter | None = None,
) -> Result:
    """Return what a function that reads a table returns; a ``limiter`` bounds how many run.

    Raises:
        TimeoutError: It took longer; its process was killed.
        MemoryError: It needed more memory.
        anyio.BrokenWorkerProcess: Its process died.
    """
    with anyio.fail_after(longest_s):
        return await to_process.run_sync(
            within_memory, memory_bytes, work, *given, cancellable=True, limiter=limiter
        )
