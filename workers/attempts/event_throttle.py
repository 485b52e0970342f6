"""Limit the rate of a job's events: excess events are merged, and dropped lines are counted.

Followers need the steps and rules. A thousand log lines a second would hide these and push them out
of the stream, which holds the last few hundred events.
"""

from typing import TypeAlias

from app.contract.events import Log, Progress, RuleDone, logged
from workers.analysis.messages import Answer, Happened, Measured

PROGRESS_EVERY_S = 0.2
LINES_A_SECOND = 20
SECOND = 1.0

Passed: TypeAlias = list[Answer]


class EventThrottle:
    """Decides which answers pass at once and which later; times are seconds of any one clock.

    The start of a step, a rule and the end pass at once. Progress within a step passes five times a
    second, always the latest, and before the step ends. Log lines pass up to a number per second;
    the others are dropped, and an extra line says how many.
    """

    def __init__(self) -> None:
        self._step = ""
        self._passed_at = float("-inf")
        self._held: Happened | None = None
        self._second_from = float("-inf")
        self._lines = 0
        self._left_out = 0

    def take(self, answer: Answer, now: float) -> Passed:
        """Add an answer, and return the answers that pass now."""
        event = answer.event if isinstance(answer, Happened) else None
        if isinstance(answer, Happened) and isinstance(event, Log):
            return self._take_line(answer, now)
        if isinstance(answer, Happened) and isinstance(event, Progress):
            return self._take_progress(answer, event.current_step, now)
        if isinstance(event, RuleDone) or isinstance(answer, Measured):
            return [answer]
        return [*self._release_progress(now), *self._release_lines(), answer]

    def due(self, now: float) -> Passed:
        """Return the answers that have waited long enough."""
        passed: Passed = []
        if now >= self._passed_at + PROGRESS_EVERY_S:
            passed += self._release_progress(now)
        if now >= self._second_from + SECOND:
            passed += self._release_lines()
        return passed

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until an answer is due; None if none waits."""
        moments = [self._passed_at + PROGRESS_EVERY_S] if self._held else []
        if self._left_out:
            moments.append(self._second_from + SECOND)
        return max(0.0, min(moments) - now) if moments else None

    def _take_progress(self, answer: Happened, step: str, now: float) -> Passed:
        if step == self._step:
            self._held = answer
            return self.due(now)
        before = self._release_progress(now)
        self._step, self._passed_at = step, now
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
        self._passed_at = now
        return [held]

    def _release_lines(self) -> Passed:
        left_out, self._left_out = self._left_out, 0
        if not left_out:
            return []
        return [Happened(logged("info", f"{left_out:,} lines left out: they came too fast."))]
