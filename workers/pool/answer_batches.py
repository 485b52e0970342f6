"""The answers of an analysis process in batches: all that came since the last batch.

Each call of Redis takes as long as a quick rule, so what has queued is published by one call, and
the analysis never waits for it. Between two batches is a gap that nobody notices on a page, because
the rules of a small table end every few milliseconds.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from app.runtime.end_tasks import end_tasks
from workers.analysis.messages import LAST, Answer

GAP_S = 0.02


async def in_batches(
    answers: AsyncIterator[Answer], *, gap_s: float = GAP_S
) -> AsyncGenerator[list[Answer], None]:
    """Yield the answers so far, as soon as there is one, up to the last one of the request.

    The next batch comes ``gap_s`` later at the earliest, but the last answer waits for nothing.
    What ``answers`` raises is raised after the answers before it.
    """
    waiting: list[Answer] = []
    has_news = asyncio.Event()
    reading = asyncio.create_task(_read(answers, waiting, has_news))
    try:
        while waiting or not reading.done():
            await has_news.wait()
            has_news.clear()
            batch = waiting.copy()
            waiting.clear()
            if batch:
                yield batch
                await asyncio.wait({reading}, timeout=gap_s)
        reading.result()
    finally:
        await end_tasks(reading)


async def _read(
    answers: AsyncIterator[Answer], waiting: list[Answer], has_news: asyncio.Event
) -> None:
    try:
        async for answer in answers:
            waiting.append(answer)
            has_news.set()
            if isinstance(answer, LAST):  # what follows answers the next request
                return
    finally:
        has_news.set()
