"""Tasks that must end do, even if a library swallows what cancels them."""

import asyncio

from app.runtime.end_tasks import end_tasks


def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    swallowed: list[asyncio.CancelledError] = []

    async def stubborn() -> None:
        while not swallowed:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError as cancelled:
                swallowed.append(cancelled)
        await asyncio.sleep(60)

    async def work() -> None:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await end_tasks(task)
        assert task.cancelled()

    asyncio.run(work())
    assert len(swallowed) == 1
