"""How long the steps of a job are held on its page."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from app.contract.events import Complete, Event, Progress
from app.progress.streams import StoredEvent
from app.web.streaming.step_pauses import ALL_STEPS_S, STEP_S, StepPauses, read_ahead
from tests.quick_clock import run_by_quick_clock

END = Complete(success=True, redirect_url="/", message="Done.")
STEP = Progress(message="", percentage=5, current_step="loading", timestamp="")
LONG_S = 60.0


def batch(*events: Event) -> list[StoredEvent]:
    return [StoredEvent(None, event) for event in events]  # type: ignore[arg-type]


async def held_s(batches: Sequence[list[StoredEvent]], *, stays_open: bool) -> float:
    """How long a stream of these batches is held, if it is held after each step."""

    async def received() -> AsyncIterator[list[StoredEvent]]:
        for each in batches:
            yield each
        if stays_open:
            await asyncio.sleep(LONG_S)

    clock, pauses, total = asyncio.get_running_loop().time, StepPauses(), 0.0
    left = len(batches)
    async for events, following in read_ahead(received()):
        for stored in events:
            if isinstance(stored.event, Progress):
                began = clock()
                await pauses.wait(events, following)
                total += clock() - began
        left -= 1
        if not left:
            break
    return total


@pytest.mark.parametrize(
    ("batches", "paused_s"),
    [
        ([batch(STEP)], STEP_S),
        ([batch(STEP)] * 9, ALL_STEPS_S),
        ([batch(*[STEP] * 9)], ALL_STEPS_S),
        ([batch(*[STEP] * 9, END)], 0.0),
        ([batch(STEP), batch(END)], 0.0),
    ],
)
def test_steps_are_held_for_a_moment_and_never_once_the_job_has_ended(
    batches: list[list[StoredEvent]], paused_s: float
) -> None:
    held = run_by_quick_clock(held_s(batches, stays_open=True))
    assert held == pytest.approx(paused_s, abs=0.01)


def test_what_a_stream_raises_comes_after_its_last_batch() -> None:
    async def broken() -> AsyncIterator[list[StoredEvent]]:
        yield batch(STEP)
        raise LookupError

    seen: list[StoredEvent] = []

    async def read() -> None:
        async for events, _ in read_ahead(broken()):
            seen.extend(events)

    with pytest.raises(LookupError):
        asyncio.run(read())
    assert [each.event for each in seen] == [STEP]
