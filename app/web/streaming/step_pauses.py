"""Pauses that let people see the steps of a quick job, and never keep its end from them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TypeAlias

from app.contract.events import is_terminal
from app.progress.streams import StoredEvent
from app.web.streaming.sse import EventBatches

# How long each step is shown at least, and how long all together.
STEP_S, ALL_STEPS_S = 0.12, 0.3
# Reading ends when it is cancelled, but redis-py can swallow a cancellation (its issue 2028).
CANCEL_WITHIN_S = 1.0

Batch: TypeAlias = Sequence[StoredEvent]
Following: TypeAlias = "asyncio.Task[list[StoredEvent] | None]"


class StepPauses:
    """The pauses after the steps of one stream."""

    def __init__(self) -> None:
        self._left_s = ALL_STEPS_S

    async def wait(self, batch: Batch, following: Following) -> None:
        """Pause after a step in a batch; not once the job has ended, by this batch or the next."""
        if self._left_s <= 0 or _ends(batch):
            return
        clock = asyncio.get_running_loop().time
        began = clock()
        pause_s = min(STEP_S, self._left_s)
        await asyncio.wait({following}, timeout=pause_s)
        if not _is_end(following):
            await asyncio.sleep(began + pause_s - clock())
        self._left_s -= clock() - began


async def read_ahead(
    batches: EventBatches,
) -> AsyncGenerator[tuple[list[StoredEvent], Following], None]:
    """Yield each batch with the task that reads the next one, which may end with None."""
    following = _next(batches)
    try:
        while (batch := await following) is not None:
            following = _next(batches)
            yield batch, following
    finally:
        following.cancel()
        await asyncio.wait({following}, timeout=CANCEL_WITHIN_S)


def _next(batches: EventBatches) -> Following:
    async def read() -> list[StoredEvent] | None:
        return await anext(batches, None)

    following = asyncio.create_task(read())
    # A stream whose client left asks for no error, which asyncio would log as lost.
    following.add_done_callback(lambda task: task.cancelled() or task.exception())
    return following


def _is_end(following: Following) -> bool:
    if not following.done() or following.cancelled() or following.exception():
        return False
    return _ends(following.result() or [])


def _ends(batch: Batch) -> bool:
    return bool(batch) and is_terminal(batch[-1].event)
