"""How often a job may tell of itself: what comes faster is joined or counted, never lost unsaid.

A listener is served by steps and rules; a thousand lines a second would only bury them, and push
them out of the stream, which holds the last few hundred events.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

from app.contract.events import Log, Progress, RuleDone, logged
from workers.messages import Answer, Happened

PROGRESS_EVERY_S = 0.2
LINES_A_SECOND = 20
SECOND = 1.0

Passed: TypeAlias = list[Answer]


class Pace:
    """Which answers pass at once, and which later; moments are of any one clock, in seconds.

    A step that is entered, a rule and the end pass at once. Progress within a step passes five
    times a second, the latest each time, and before anything that ends the step. Log lines pass
    up to a number a second; those beyond are counted, and the count is a line of its own.
    """

    def __init__(self) -> None:
        self._step = ""
        self._told_at = float("-inf")
        self._held: Happened | None = None
        self._second_from = float("-inf")
        self._lines = 0
        self._left_out = 0

    def take(self, answer: Answer, now: float) -> Passed:
        """What passes now that this answer has come."""
        event = answer.event if isinstance(answer, Happened) else None
        if isinstance(answer, Happened) and isinstance(event, Log):
            return self._take_line(answer, now)
        if isinstance(answer, Happened) and isinstance(event, Progress):
            return self._take_progress(answer, event.current_step, now)
        if isinstance(event, RuleDone):
            return [answer]
        return [*self._release_progress(now), *self._release_lines(), answer]

    def due(self, now: float) -> Passed:
        """What has waited long enough."""
        passed: Passed = []
        if now >= self._told_at + PROGRESS_EVERY_S:
            passed += self._release_progress(now)
        if now >= self._second_from + SECOND:
            passed += self._release_lines()
        return passed

    def wait_s(self, now: float) -> float | None:
        """How long until something is due; None when nothing waits."""
        moments = [self._told_at + PROGRESS_EVERY_S] if self._held else []
        if self._left_out:
            moments.append(self._second_from + SECOND)
        return max(0.0, min(moments) - now) if moments else None

    def _take_progress(self, answer: Happened, step: str, now: float) -> Passed:
        if step == self._step:
            self._held = answer
            return self.due(now)
        before = self._release_progress(now)
        self._step, self._told_at = step, now
        return [*before, answer]

    def _take_line(self, answer: Happened, now: float) -> Passed:
        before: Passed = []
        if now >= self._second_from + SECOND:
            before = self._release_lines()
            self._second_from, self._lines = now, 0
        if self._lines == LINES_A_SECOND:
            self._left_out += 1
            return before
        self._lines += 1
        return [*before, answer]

    def _release_progress(self, now: float) -> Passed:
        held, self._held = self._held, None
        if held is None:
            return []
        self._told_at = now
        return [held]

    def _release_lines(self) -> Passed:
        left_out, self._left_out = self._left_out, 0
        if not left_out:
            return []
        return [Happened(logged("info", f"{left_out:,} lines left out: they came too fast."))]


async def paced(answers: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
    """The answers of an analysis process at the pace of its listeners."""
    pace, clock = Pace(), asyncio.get_running_loop().time
    while True:
        reading = asyncio.ensure_future(anext(answers, None))
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=pace.wait_s(clock()))
                for passed in [] if reading.done() else pace.due(clock()):
                    yield passed
        finally:
            reading.cancel()
        answer = reading.result()
        if answer is None:
            return
        for passed in pace.take(answer, clock()):
            yield passed
