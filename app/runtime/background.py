"""Tasks that run in the background from the start of a process to its end."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class Background:
    """Background tasks that start together and stop together."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *work: Coroutine[Any, Any, None]) -> None:
        """Start a task for each coroutine and return at once."""
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Cancel the tasks, wait until they end, and raise the error of one that failed."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
