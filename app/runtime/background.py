"""Work that goes on beside all else, from the start of a process to its end."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class Background:
    """Tasks that nobody waits for until they are stopped."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *work: Coroutine[Any, Any, None]) -> None:
        """Begin each; returns at once."""
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Cancel them and wait for their ends; what one of them died of is raised."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
