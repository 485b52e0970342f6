"""Keeps the events and log lines of one attempt in memory, and writes them as its log.

The log is written before the attempt's end is committed, and without the end: that is in the
database, and whoever reads the log adds it. So a crash in between leaves neither a log that lacks
lines nor one with an end that did not happen.
"""

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime

from app.contract.attempt_log import WARNING, LogLine, encode_lines, line_of, measured_line
from app.contract.events import Event
from app.db.jobs.tables import Job
from app.storage import Folder, StorageAwayError
from app.storage.attempt_logs import write_log
from workers.analysis.messages import Measured

# A log keeps its first and its last lines; an attempt at the limits of the event throttle that
# takes its whole time would have some 45,000.
FIRST_LINES, LAST_LINES = 2_000, 8_000

logger = logging.getLogger(__name__)


class AttemptLog:
    """The log of one attempt."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._first: list[LogLine] = []
        self._last: deque[LogLine] = deque(maxlen=LAST_LINES)
        self._added = 0

    def add(self, *events: Event) -> None:
        """Add the lines of events that happen now."""
        now = datetime.now(UTC)
        for event in events:
            self._append(line_of(event, now))

    def add_measure(self, each: Measured) -> None:
        """Add the line of a step that has just ended."""
        line = measured_line(
            each.step,
            seconds=each.seconds,
            cpu_s=each.cpu_s,
            memory_bytes=each.memory_bytes,
            at=datetime.now(UTC),
        )
        self._append(line)

    def lines(self) -> list[LogLine]:
        """Return the lines, with one that says how many are missing in the middle, if any."""
        left_out = self._added - len(self._first) - len(self._last)
        if not left_out:
            return [*self._first, *self._last]
        text = f"{left_out:,} lines are left out here: the log was too long."
        gap = LogLine(time=self._last[0].time, level=WARNING, type="log", text=text)
        return [*self._first, gap, *self._last]

    def _append(self, line: LogLine) -> None:
        self._added += 1
        lines = self._first if len(self._first) < FIRST_LINES else self._last
        lines.append(line)

    async def save(self, storage: Folder) -> None:
        """Write the log; if the storage cannot take it, the attempt ends without one."""
        job = self._job
        try:
            content = encode_lines(self.lines())
            await asyncio.to_thread(write_log, storage, job.id, job.attempt, content)
        except (StorageAwayError, OSError) as error:
            logger.warning("The log of job %s could not be saved: %s", job.id, error)
