"""What a listener or a job loses when somebody comes late, is cut off or is killed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import NamedTuple

from tests.perf.stacks.stack import Stack, ended, until_ended

CUT_FOR_S = 0.3
# A fault of a process should cost seconds. What takes longer is counted as lost here.
RECOVERED_WITHIN_S = 60


class Lost(NamedTuple):
    """How many of so many were lost."""

    lost: int
    of: int

    def __str__(self) -> str:
        return f"{self.lost} of {self.of}"


class Recovery(NamedTuple):
    """Jobs that did not end in time after a fault, and the seconds of the slowest of the others."""

    lost: Lost
    slowest_s: float

    def __str__(self) -> str:
        return f"{self.lost}, {self.slowest_s:.1f} s" if self.slowest_s else str(self.lost)


async def late(stack: Stack, table: bytes) -> Lost:
    """A listener that comes when the job has ended."""
    wanted = ended(stack) + 1
    job_id = await stack.submit(table)
    await until_ended(stack, wanted)
    return await _lost(stack, job_id, len(await _places(stack, job_id)))


async def cut(stack: Stack, table: bytes) -> Lost:
    """A listener whose connection is cut while the job runs, and who comes again."""
    job_id = await stack.submit(table)
    before = await _places(stack, job_id, until="rule")
    await asyncio.sleep(CUT_FOR_S)
    after = await _places(stack, job_id, before[-1] if before else "")
    return await _lost(stack, job_id, len({*before, *after}))


async def killed(stack: Stack, table: bytes, kill: Callable[[], None]) -> float | None:
    """Seconds from a kill in the middle of a job to its end; None if it does not end in time."""
    wanted = ended(stack) + 1
    job_id = await stack.submit(table)
    await _places(stack, job_id, until="rule")
    began = time.perf_counter()
    kill()
    if await until_ended(stack, wanted, RECOVERED_WITHIN_S):
        return time.perf_counter() - began
    return None


def summed(losses: Sequence[Lost]) -> Lost:
    """All losses as one."""
    return Lost(sum(each.lost for each in losses), sum(each.of for each in losses))


def recovery(seconds: Sequence[float | None]) -> Recovery:
    """The jobs that were lost, and how long the slowest of the others took."""
    in_time = [each for each in seconds if each is not None]
    lost = Lost(len(seconds) - len(in_time), len(seconds))
    return Recovery(lost, max(in_time, default=0))


async def _places(stack: Stack, job_id: str, after: str = "", *, until: str = "") -> list[str]:
    """The places of the events that a listener hears until the end, or until an event."""
    places = []
    async with aclosing(stack.listen(job_id, after)) as events:
        async for heard in events:
            places += [heard.place] if heard.place else []
            if heard.name == until:
                break
    return places


async def _lost(stack: Stack, job_id: str, heard: int) -> Lost:
    sent = await stack.sent(job_id)
    return Lost(sent - heard, sent)
