"""Runs the analysis of one attempt, publishes its events, and finds how it ended.

Every fault becomes an outcome: a job that cannot succeed is refused, and a fault of the machine is
tried again.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from traceback import format_exc
from typing import TypeAlias

from app.contract.events import RuleDone
from app.db.jobs.tables import Job
from app.db.libraries.errors import LibraryNotFoundError
from app.observability.metrics.measured import STEP_SECONDS
from app.observability.tracing import record
from app.runtime.disk_full import is_disk_full
from app.storage import StorageAwayError
from workers.analysis.messages import (
    LAST,
    TOO_LONG,
    TOO_MUCH,
    Answer,
    Done,
    Faulted,
    Happened,
    Measured,
    Refused,
)
from workers.attempts.answer_batches import in_batches
from workers.attempts.event_throttle import EventThrottle
from workers.attempts.lease import JobLease
from workers.attempts.parts import AttemptParts
from workers.attempts.publisher import AttemptPublisher
from workers.attempts.request import library_of_run, request_of, result_key
from workers.attempts.version_before import version_before
from workers.pool.analysis_process import ProcessCrashedError, ProcessDiedError

logger = logging.getLogger(__name__)

# A job that lost its worker this often is probably the cause.
MOST_LOST_LEASES = 4
DISK_IS_FULL = "The disk of the server is full"
ENDED_FROM_OUTSIDE = (
    "The analysis process was ended from outside, most likely because memory ran out"
)

Outcome: TypeAlias = Done | Refused | Faulted


class AttemptAnalysis:
    """The analysis of one attempt, under its lease."""

    def __init__(self, job: Job, parts: AttemptParts, events: AttemptPublisher) -> None:
        self._job = job
        self._parts = parts
        self._events = events
        self._lease = JobLease(parts.jobs, job)

    async def outcome(self) -> Outcome:
        """Run the analysis to its end.

        Raises:
            JobLostError: the lease is lost.
            CancelRequestedError: a user cancelled the job.
        """
        if self._job.lost_leases > MOST_LOST_LEASES:
            return _given_up(self._job)
        try:
            async with asyncio.timeout(self._parts.limits.hard_s):
                return await self._lease.during(self._analyze())
        except (ProcessDiedError, StorageAwayError, OSError) as error:  # OSError: timeouts too
            return _outcome_of(error)

    async def _analyze(self) -> Outcome:
        parts, loop = self._parts, asyncio.get_running_loop()
        before = await version_before(self._job, parts.jobs, parts.storage)
        try:
            library = await library_of_run(self._job)
        except LibraryNotFoundError as error:
            return Refused(str(error), type(error).__name__)
        request = await asyncio.to_thread(request_of, self._job, parts.storage, before, library)
        async with parts.processes.borrow() as process:
            timer = loop.call_later(parts.limits.soft_s, process.ask_to_stop)
            try:
                outcome = await self._follow(_with_records(process.answers(request)))
            finally:
                timer.cancel()
        if isinstance(outcome, Done):
            await asyncio.to_thread(parts.storage.publish, result_key(self._job))
        return outcome

    async def _follow(self, answers: AsyncIterator[Answer]) -> Outcome:
        async with aclosing(in_batches(answers, EventThrottle())) as batches:
            async for batch in batches:
                await self._publish([each for each in batch if isinstance(each, Happened)])
                self._note_measures(batch)
                if isinstance(batch[-1], LAST):
                    return batch[-1]
        raise ProcessDiedError("The analysis process gave no answer.")

    def _note_measures(self, batch: list[Answer]) -> None:
        for each in batch:
            if isinstance(each, Measured):
                logger.debug("Step %s took %.3f s.", each.step, each.seconds)
                STEP_SECONDS.labels(each.step).observe(each.seconds)
                self._events.log.add_measure(each)

    async def _publish(self, happened: list[Happened]) -> None:
        if not happened:
            return
        events = [each.event for each in happened]
        for event in events:
            self._lease.hear(event)
        await self._lease.require()
        await self._events.publish(*events)


def _given_up(job: Job) -> Refused:
    return Refused(
        f"The job was given up: it lost its worker {job.lost_leases} times. "
        "Split the table into smaller files and submit them again.",
        "TooManyLostWorkers",
    )


def _outcome_of(error: Exception) -> Outcome:
    """What an error that is being handled means for the job."""
    match error:
        case TimeoutError():
            return Refused(TOO_LONG, "TimeLimitExceeded", format_exc())
        case ProcessCrashedError():
            return Refused(TOO_MUCH, str(error), format_exc())
    return Faulted(_cause_of(error), str(error), format_exc())


def _cause_of(fault: Exception) -> str:
    match fault:
        case FileNotFoundError():
            return "The table is not in the storage"
        case StorageAwayError():
            return "The storage cannot be reached"
    return DISK_IS_FULL if is_disk_full(fault) else ENDED_FROM_OUTSIDE


async def _with_records(answers: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
    """Yield answers, and record the time of each rule in the trace of the attempt."""
    began_ns = time.time_ns()
    async for answer in answers:
        if isinstance(answer, Happened) and isinstance(answer.event, RuleDone):
            title, number = answer.event.title, answer.event.number
            record("rule", began_ns=began_ns, number=number, title=title)
            began_ns = time.time_ns()
        yield answer
