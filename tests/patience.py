"""Wait for what a test looks at: as long as a busy machine takes, and no longer."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 120.0
LOOK_EVERY_S = 0.02


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return once a condition holds, which may need to be awaited.

    Raises:
        TimeoutError: it does not hold within ``PATIENCE_S``.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not await _answer(holds()):  # noqa: ASYNC110 - what a test waits for sets no event
            await asyncio.sleep(LOOK_EVERY_S)


async def _answer(said: bool | Awaitable[bool]) -> bool:
    return said if isinstance(said, bool) else await said
