"""The answers of an analysis process in batches: all that passed the throttle since the last batch.

Each call of Redis takes as long as a quick rule, so what has queued is published by one call, and
the analysis never waits for it. Between two batches is a gap that nobody notices on a page, because
the rules of a small table end every few milliseconds. An answer that is read takes no task of its
own, which would cost more than the answer.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from app.runtime.end_tasks import end_tasks
from workers.analysis.messages import LAST, Answer
from workers.attempts.event_throttle import EventThrottle

GAP_S = 0.02


async def in_batches(
    answers: AsyncIterator[Answer], throttle: EventThrottle, *, gap_s: float = GAP_S
) -> AsyncGenerator[list[Answer], None]:
    """Yield the answers that passed so far, as soon as there is one, up to the request's last one.

    The next batch comes ``gap_s`` later at the earliest, but the last answer waits for nothing.
    What ``answers`` raises is raised after the answers before it.
    """
    passed: list[Answer] = []
    has_news, clock = asyncio.Event(), asyncio.get_running_loop().time
    reading = asyncio.create_task(_read(answers, throttle, passed, has_news))
    try:
        while passed or not reading.done():
            await _wait_for(has_news, within_s=throttle.wait_s(clock()))
            batch = [*passed, *throttle.due(clock())]
            passed.clear()
            if batch:
                yield batch
            await asyncio.wait({reading}, timeout=gap_s)
        reading.result()
    finally:
        await end_tasks(reading)


async def _wait_for(has_news: asyncio.Event, *, within_s: float | None) -> None:
    """Wait until an answer has come, or what was held back is due."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await has_news.wait()
    has_news.clear()


async def _read(
    answers: AsyncIterator[Answer],
    throttle: EventThrottle,
    passed: list[Answer],
    has_news: asyncio.Event,
) -> None:
    clock = asyncio.get_running_loop().time
    try:
        async for answer in answers:
            passed.extend(throttle.take(answer, clock()))
            has_news.set()
            if isinstance(answer, LAST):  # what follows answers the next request
                return
    finally:
        has_news.set()
