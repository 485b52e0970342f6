"""Ends asyncio tasks."""

import asyncio
from typing import Any

# Long enough for the last work of a cancelled task, such as to hand its job back.
CANCEL_AGAIN_S = 2.0


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended: redis-py can swallow a cancellation (its issue 2028)."""
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
