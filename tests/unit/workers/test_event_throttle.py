"""A job that tells more than can be read is slowed down, and says what it leaves out."""

import asyncio
from collections.abc import AsyncIterator

from app.contract.events import Event, Log, Progress, RuleDone, entered, logged
from app.contract.tasks import Step
from workers.analysis.messages import Answer, Done, Happened
from workers.attempts.answer_batches import in_batches
from workers.attempts.event_throttle import (
    LINES_A_SECOND,
    PROGRESS_EVERY_S,
    EventThrottle,
)

DONE = Done({})
PATIENCE_S = 60


def happened(event: Event) -> Happened:
    return Happened(event)  # type: ignore[arg-type]


def progress(percentage: int, step: Step = Step.RULES) -> Happened:
    return happened(entered(step, "", percentage))


def line(number: int) -> Happened:
    return happened(logged("info", str(number)))


def shares(answers: list[Answer]) -> list[int]:
    events = [answer.event for answer in answers if isinstance(answer, Happened)]
    return [event.percentage for event in events if isinstance(event, Progress)]


def lines(answers: list[Answer]) -> list[str]:
    events = [answer.event for answer in answers if isinstance(answer, Happened)]
    return [event.message for event in events if isinstance(event, Log)]


def test_progress_within_a_step_passes_five_times_a_second_and_ends_at_its_latest() -> None:
    pace = EventThrottle()
    passed: list[Answer] = []
    for hundredth in range(100):
        passed += pace.take(progress(hundredth), hundredth / 100)
    assert shares(passed)[0] == 0
    assert len(passed) <= 1 + 1 / PROGRESS_EVERY_S
    last = pace.take(DONE, 1.0)
    assert shares(last) == [99]
    assert last[-1] == DONE


def test_a_step_and_a_rule_pass_at_once_whatever_came_before() -> None:
    pace = EventThrottle()
    rule = happened(RuleDone(number=1, title="", counts={}))
    assert pace.take(progress(20), 0.0)
    assert pace.take(progress(30), 0.01) == []
    assert pace.take(rule, 0.02) == [rule]
    assert shares(pace.take(progress(90, Step.SAVING), 0.03)) == [30, 90]


def test_lines_beyond_the_limit_are_counted_in_a_line_of_their_own() -> None:
    pace = EventThrottle()
    passed: list[Answer] = []
    for number in range(LINES_A_SECOND + 7):
        passed += pace.take(line(number), 0.001 * number)
    assert lines(passed) == [str(number) for number in range(LINES_A_SECOND)]
    assert lines(pace.take(line(99), 1.5)) == ["7 lines left out: they came too fast.", "99"]
    for number in range(LINES_A_SECOND):
        pace.take(line(number), 1.6)
    assert lines(pace.take(DONE, 1.7)) == ["1 lines left out: they came too fast."]


def test_buffered_events_are_published_even_if_nothing_follows() -> None:
    async def work() -> list[Answer]:
        is_published = asyncio.Event()

        async def telling() -> AsyncIterator[Answer]:
            for number in range(LINES_A_SECOND + 3):
                yield line(number)
            yield progress(20)
            yield progress(30)
            await is_published.wait()
            yield DONE

        passed = []
        async for batch in in_batches(telling(), EventThrottle()):
            passed.extend(batch)
            if shares(passed) == [20, 30] and lines(passed)[-1].startswith("3 lines left out"):
                is_published.set()
        return passed

    passed = asyncio.run(asyncio.wait_for(work(), PATIENCE_S))
    assert passed[-1] == DONE
    assert lines(passed)[-1] == "3 lines left out: they came too fast."
