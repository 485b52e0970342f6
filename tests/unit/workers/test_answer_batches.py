"""Answers that came while the last ones were handled come as one batch."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.contract.events import logged
from workers.analysis.messages import Answer, Done, Happened
from workers.attempts.answer_batches import in_batches
from workers.attempts.event_throttle import LINES_A_SECOND, EventThrottle

LINES = [Happened(logged("info", str(number))) for number in range(7)]
DONE = Done({})


async def received(*answers: Answer, error: Exception | None = None) -> AsyncIterator[Answer]:
    for answer in answers:
        yield answer
    if error:
        raise error


async def trickled(*answers: Answer) -> AsyncIterator[Answer]:
    """Answers one at a time, so that a reader without patience gets each alone."""
    for answer in answers:
        yield answer
        for _ in range(5):
            await asyncio.sleep(0)


async def handled(answers: AsyncIterator[Answer]) -> list[list[Answer]]:
    """The batches, for one who handles each for a while."""
    batches = []
    async for batch in in_batches(answers, EventThrottle()):
        batches.append(batch)
        await asyncio.sleep(0.01)
    return batches


def test_what_has_queued_is_one_batch_and_nothing_is_lost() -> None:
    batches = asyncio.run(handled(received(*LINES, DONE)))
    assert [answer for batch in batches for answer in batch] == [*LINES, DONE]
    assert len(batches) < len(LINES)


def test_answers_within_the_gap_are_one_batch_and_the_last_one_ends_the_gap() -> None:
    async def read() -> list[list[Answer]]:
        return [
            batch async for batch in in_batches(trickled(*LINES, DONE), EventThrottle(), gap_s=250)
        ]

    first, rest = asyncio.run(read())
    assert first == LINES[:1]
    assert [*first, *rest] == [*LINES, DONE]


def test_what_comes_too_fast_is_left_out_while_a_batch_is_handled() -> None:
    flood = [Happened(logged("info", str(number))) for number in range(1000)]
    batches = asyncio.run(handled(received(*flood, DONE)))
    passed = [answer for batch in batches for answer in batch]
    assert passed[:LINES_A_SECOND] == flood[:LINES_A_SECOND]
    assert len(passed) < len(flood) / 2
    assert passed[-1] == DONE


def test_the_next_request_reads_its_own_answers() -> None:
    async def two_requests() -> list[list[Answer]]:
        answers = received(LINES[0], DONE, LINES[1], DONE)
        return [[x for batch in await handled(answers) for x in batch] for _ in range(2)]

    assert asyncio.run(two_requests()) == [[LINES[0], DONE], [LINES[1], DONE]]


def test_an_error_comes_after_the_answers_before_it() -> None:
    seen: list[Answer] = []

    async def read() -> None:
        async for batch in in_batches(received(*LINES, error=LookupError()), EventThrottle()):
            seen.extend(batch)

    with pytest.raises(LookupError):
        asyncio.run(read())
    assert seen == LINES
