"""Ends an attempt: its outcome goes into the job's row, its files are kept or removed.

Its log is written first, whatever the outcome.

The last event is published after the commit, because the row is the truth.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from app.contract.events import Cancelled, Event, Failed, entered, logged
from app.contract.tasks import Step
from app.db.jobs.conditions import CANCELLED
from app.db.jobs.history.attempts import note_cause
from app.db.jobs.tables import Job
from app.jobs.completion import completed, publish_last_events
from app.observability.metrics.measured import JOB_RUN_SECONDS
from app.storage import StorageAwayError
from workers.analysis.messages import Done, Faulted, Refused
from workers.attempts.lease import CancelRequestedError, JobLease, JobLostError
from workers.attempts.outcome import Outcome
from workers.attempts.parts import AttemptParts
from workers.attempts.publisher import AttemptPublisher
from workers.attempts.request import result_key

# A temporary fault is tried again after these delays, in seconds: soon, because most are the end of
# one process, and later for a disk or a storage that somebody has to mend.
DELAYS_S = (1, 5, 20, 40)
MOST_FAULTS = len(DELAYS_S)

Write = Callable[[Job], Awaitable[bool]]

logger = logging.getLogger(__name__)


class AttemptEnd:
    """The end of one attempt.

    Each method raises JobLostError if the job is no longer held by this attempt.
    """

    def __init__(self, job: Job, parts: AttemptParts, events: AttemptPublisher) -> None:
        self._job = job
        self._jobs = parts.jobs
        self._publisher = parts.publisher
        self._storage = parts.storage
        self._events = events
        self._wake_ups = parts.wake_ups

    async def conclude(self, outcome: Outcome) -> None:
        """End the attempt by the outcome of its analysis.

        Raises:
            CancelRequestedError: a user cancelled the job before its result was saved.
        """
        match outcome:
            case Done():
                await self._succeed(outcome)
            case Faulted() if self._job.faults < MOST_FAULTS:
                await self._retry(outcome)
            case Faulted() | Refused():
                await self._fail(outcome)

    async def cancel(self) -> None:
        """End the attempt because a user cancelled its job."""
        await self._end_without_result(self._jobs.end_cancelled)
        self._note_run("cancelled")
        await self._publish_end(Cancelled(message=CANCELLED))

    async def _succeed(self, done: Done) -> None:
        message = f"Analysis complete: {done.summary['rows']:,} rows have their assignments."
        await self._commit_result(done, message)
        self._note_run("succeeded")
        await self._clear_beside_result()
        await self._publish_end(entered(Step.COMPLETE, message), completed(self._job, message))

    async def _commit_result(self, done: Done, message: str) -> None:
        key = result_key(self._job)
        await self._events.log.save(self._storage)
        write = partial(
            self._jobs.succeed,
            result_key=key,
            summary=done.summary,
            message=message,
            result_bytes=await asyncio.to_thread(self._storage.local_bytes, key),
        )
        lease = JobLease(self._jobs, self._job)
        try:
            await lease.commit(write)
        except JobLostError:
            if await lease.is_to_cancel():
                raise CancelRequestedError from None
            raise

    async def _clear_beside_result(self) -> None:
        """Remove the files of earlier attempts."""
        key = result_key(self._job)
        try:
            await asyncio.to_thread(self._storage.keep_only, key)
        except StorageAwayError as error:
            logger.warning("Old files beside %s could not be removed: %s", key, error)

    async def _fail(self, outcome: Refused | Faulted) -> None:
        message = outcome.message
        if isinstance(outcome, Faulted):
            message = f"{message}. It was tried {MOST_FAULTS + 1} times; start it again later."
        fail = partial(self._jobs.fail, message=message, error=outcome.error)
        await self._end_without_result(fail, outcome)
        self._note_run("failed")
        await self._publish_end(Failed(message=message, error=outcome.error))

    async def _retry(self, fault: Faulted) -> None:
        delay_s = DELAYS_S[self._job.faults]
        message = f"{fault.message}. Trying again in {delay_s} s."
        logger.warning("Job %s met a temporary fault: %s", self._job.id, fault.error)
        retry = partial(self._jobs.retry_later, delay_s=delay_s, message=message)
        await self._end_without_result(retry, fault)
        self._wake_ups.later(delay_s)
        self._note_run("retried")
        await self._events.publish(logged("warning", message))

    async def _end_without_result(
        self, write: Write, cause: Refused | Faulted | None = None
    ) -> None:
        """Remove the result of the attempt, if any, and write its log and its end."""
        await self._storage.discard(result_key(self._job))
        await self._events.log.save(self._storage)
        ends = partial(_with_cause, write, cause) if cause else write
        await JobLease(self._jobs, self._job).commit(ends)

    async def _publish_end(self, *last: Event) -> None:
        events = self._events
        events.add(*last)
        await publish_last_events(
            self._job, self._jobs, self._publisher, *events.unsent, first=events.first
        )

    def _note_run(self, outcome: str) -> None:
        ran_s = (datetime.now(UTC) - self._job.started_at).total_seconds()
        logger.info("Job %s %s after %.1f s.", self._job.id, outcome, ran_s)
        JOB_RUN_SECONDS.labels(outcome).observe(ran_s)


async def _with_cause(write: Write, cause: Refused | Faulted, job: Job) -> bool:
    """Record the cause of an attempt's end, and then write its end."""
    await note_cause(job, error=cause.error, traceback=cause.traceback)
    return await write(job)
