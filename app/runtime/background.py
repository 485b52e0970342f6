"""Tasks that run in the background from the start of a process to its end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from itertools import count
from typing import Any

logger = logging.getLogger(__name__)


class Background:
    """Background tasks that start together and stop together."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *work: Coroutine[Any, Any, None]) -> None:
        """Start a task for each coroutine and return at once."""
        self._tasks = [asyncio.create_task(each) for each in work]
        for task in self._tasks:
            task.add_done_callback(_log_error)

    async def stop(self) -> None:
        """Cancel the tasks, wait until they end, and raise the error of one that failed."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def repeat(
    work: Callable[[], Awaitable[object]],
    *,
    every_s: float,
    faults: tuple[type[Exception], ...],
    problem: str,
    times: int | None = None,
) -> None:
    """Do the work at once and then at intervals; log a fault with its problem, and continue.

    It ends after so many ``times``, or never.
    """
    for _ in count() if times is None else range(times):
        try:
            await work()
        except faults as error:
            logger.warning("%s: %s", problem, error)
        await asyncio.sleep(every_s)


def _log_error(task: asyncio.Task[None]) -> None:
    """Log the error that ended a task at once, because ``stop`` may be days away."""
    if not task.cancelled() and (error := task.exception()):
        logger.error("A background task ended by an error.", exc_info=error)
