"""The task that runs a job: claim it, analyze it in a process, commit, and publish the end."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from traceback import format_exc
from typing import TypeAlias

from redis.exceptions import RedisError

from app.contract.events import Cancelled, Event, Failed, RuleDone, entered, logged
from app.contract.tasks import JobState, Step
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.attempts import note_cause
from app.db.jobs.conditions import CANCELLED
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.references import RESULTS
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import completed, publish_last_events
from app.observability.logs import PROCESS, marked, marks
from app.observability.metrics.measured import JOB_RUN_SECONDS, JOB_WAIT_SECONDS
from app.observability.tracing import record, span
from app.progress.publisher import Publisher
from app.runtime.disk_full import is_disk_full
from app.storage import Folder, StorageAwayError
from workers.analysis_request import request_of, result_key
from workers.answer_batches import in_batches
from workers.attempt_publisher import AttemptPublisher
from workers.event_throttle import throttled
from workers.lease import CancelRequestedError, JobLease, JobLostError, end_tasks
from workers.messages import (
    TOO_LONG,
    TOO_MUCH,
    Answer,
    Done,
    Faulted,
    Happened,
    Refused,
)
from workers.process_pool import ProcessCrashedError, ProcessDiedError, ProcessPool

DISK_IS_FULL = "The disk of the server is full"
# A job that lost its worker this often is probably the cause.
MOST_LOST_LEASES = 4
# A temporary fault is tried again after 5, 10, 20 and 40 s.
MOST_FAULTS = 4
FIRST_DELAY_S = 5.0

Outcome: TypeAlias = Done | Refused | Faulted

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The time limits of an analysis, in seconds: asked to stop between rules, then killed."""

    soft_s: float
    hard_s: float


class AnalysisTask:
    """Runs jobs. If its worker stops, another worker finishes the job."""

    def __init__(
        self,
        jobs: JobStore,
        publisher: Publisher,
        storage: Folder,
        processes: ProcessPool,
        limits: Limits,
        *,
        worker: str = PROCESS,
    ) -> None:
        self._worker = worker
        self._jobs = jobs
        self._publisher = publisher
        self._storage = storage
        self._processes = processes
        self._limits = limits
        self._running: set[asyncio.Task[None]] = set()
        self._publishers: dict[tuple[str, int], AttemptPublisher] = {}

    async def run(self) -> None:
        """Claim the next job and run it to its end; return at once if no job waits."""
        job = await self._jobs.claim(worker=self._worker)
        if job is None:
            logger.info("No job waits: another worker took it, or it ended.")
            return
        JOB_WAIT_SECONDS.observe((job.started_at - job.queued_at).total_seconds())
        running = asyncio.create_task(self._run(job))
        self._running.add(running)
        try:
            await running
        except asyncio.CancelledError:
            logger.info("Job %s was handed back.", job.id)
        finally:
            self._running.discard(running)

    async def hand_back(self) -> None:
        """Stop the running jobs and return them to the queue, because this worker ends."""
        await end_tasks(*self._running)

    async def _run(self, job: Job) -> None:
        with marked(job=job.id, attempt=str(job.attempt), request=job.request_id, worker=PROCESS):
            logger.info("Job %s runs.", job.id)
            with span("attempt") as attributes:
                attributes |= marks()
                await self._run_marked(job)

    async def _run_marked(self, job: Job) -> None:
        self._publishers[job.id, job.attempt] = AttemptPublisher(self._publisher, job)
        try:
            await self._run_to_its_end(job)
        except JobLostError:
            await self._clear_away(job)
        except asyncio.CancelledError:
            await self._jobs.hand_back(job)
            raise
        finally:
            del self._publishers[job.id, job.attempt]

    async def _run_to_its_end(self, job: Job) -> None:
        if job.attempt > 1 or job.queued_at > job.created_at:  # a new job has no events yet
            await self._forget_events(job)
        try:
            await self._conclude(job, await self._outcome(job))
        except CancelRequestedError:
            await self._cancel(job)

    async def _outcome(self, job: Job) -> Outcome:
        if job.lost_leases > MOST_LOST_LEASES:
            return Refused(
                f"The job was given up: it lost its worker {job.lost_leases} times. "
                "Split the table into smaller files and submit them again.",
                "TooManyLostWorkers",
            )
        try:
            async with asyncio.timeout(self._limits.hard_s):
                hold = JobLease(self._jobs, job)
                return await hold.during(self._analyze(job, hold))
        except TimeoutError:
            return Refused(TOO_LONG, "TimeLimitExceeded", format_exc())
        except ProcessCrashedError as error:
            return Refused(TOO_MUCH, str(error), format_exc())
        except FileNotFoundError as error:
            return Faulted("The table is not in the storage", str(error), format_exc())
        except StorageAwayError as error:
            return Faulted("The storage cannot be reached", str(error), format_exc())
        except (ProcessDiedError, OSError) as error:
            if is_disk_full(error):
                return Faulted(DISK_IS_FULL, str(error), format_exc())
            return Faulted(
                "The analysis process was ended from outside, most likely because memory ran out",
                str(error),
                format_exc(),
            )

    async def _analyze(self, job: Job, hold: JobLease) -> Outcome:
        request = await asyncio.to_thread(request_of, job, self._storage)
        async with self._processes.borrow() as process:
            timer = asyncio.get_running_loop().call_later(self._limits.soft_s, process.ask_to_stop)
            try:
                answers = _with_records(throttled(process.answers(request)))
                outcome = await self._follow(job, answers, hold)
            finally:
                timer.cancel()
        if isinstance(outcome, Done):
            await asyncio.to_thread(self._storage.publish, result_key(job))
        return outcome

    async def _follow(self, job: Job, answers: AsyncIterator[Answer], hold: JobLease) -> Outcome:
        async with aclosing(in_batches(answers)) as batches:
            async for batch in batches:
                events = [each.event for each in batch if isinstance(each, Happened)]
                for event in events:
                    hold.hear(event)
                if events:
                    await hold.require()
                    await self._publish(job, *events)
                if not isinstance(batch[-1], Happened):
                    return batch[-1]
        raise ProcessDiedError("The analysis process gave no answer.")

    async def _conclude(self, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Done():
                await self._succeed(job, outcome)
            case Faulted() if job.faults < MOST_FAULTS:
                await self._retry(job, outcome)
            case Faulted() | Refused():
                await self._fail(job, outcome)

    async def _succeed(self, job: Job, done: Done) -> None:
        key = result_key(job)
        message = f"Analysis complete: {done.summary['rows']:,} rows have their calls."
        write = partial(
            self._jobs.succeed,
            result_key=key,
            summary=done.summary,
            message=message,
            result_bytes=await asyncio.to_thread(self._storage.local_bytes, key),
        )
        hold = JobLease(self._jobs, job)
        try:
            await hold.commit(write)
        except JobLostError:
            if await hold.is_to_cancel():
                raise CancelRequestedError from None
            raise
        _note_run(job, "succeeded")
        await self._clear_beside(key)
        await self._publish_end(job, entered(Step.COMPLETE, message), completed(job, message))

    async def _clear_beside(self, key: str) -> None:
        """Remove the files of earlier attempts."""
        try:
            await asyncio.to_thread(self._storage.keep_only, key)
        except StorageAwayError as error:
            logger.warning("Old files beside %s could not be removed: %s", key, error)

    async def _fail(self, job: Job, outcome: Refused | Faulted) -> None:
        message = outcome.message
        if isinstance(outcome, Faulted):
            message = f"{message}. It was tried {MOST_FAULTS + 1} times; start it again later."
        fail = partial(self._jobs.fail, message=message, error=outcome.error)
        await self._end_attempt(job, fail, outcome)
        _note_run(job, "failed")
        await self._publish_end(job, Failed(message=message, error=outcome.error))

    async def _cancel(self, job: Job) -> None:
        await self._end_attempt(job, self._jobs.end_cancelled)
        _note_run(job, "cancelled")
        await self._publish_end(job, Cancelled(message=CANCELLED))

    async def _retry(self, job: Job, fault: Faulted) -> None:
        delay_s = FIRST_DELAY_S * 2**job.faults
        message = f"{fault.message}. Trying again in {delay_s:.0f} s."
        logger.warning("Job %s met a temporary fault: %s", job.id, fault.error)
        retry = partial(self._jobs.retry_later, delay_s=delay_s, message=message)
        await self._end_attempt(job, retry, fault)
        _note_run(job, "retried")
        await self._publish(job, logged("warning", message))

    async def _end_attempt(
        self,
        job: Job,
        write: Callable[[Job], Awaitable[bool]],
        cause: Refused | Faulted | None = None,
    ) -> None:
        """End an attempt without a result, and remove any files that it wrote."""
        await self._storage.discard(result_key(job))
        ends = partial(_with_cause, write, cause) if cause else write
        await JobLease(self._jobs, job).commit(ends)

    async def _publish(self, job: Job, *events: Event) -> None:
        await self._publishers[job.id, job.attempt].publish(*events)

    async def _publish_end(self, job: Job, *events: Event) -> None:
        own = self._publishers[job.id, job.attempt]
        own.add(*events)
        await publish_last_events(job, self._jobs, self._publisher, *own.unsent, first=own.first)

    async def _forget_events(self, job: Job) -> None:
        try:
            await self._publisher.forget(job.id, attempt=job.attempt)
        except RedisError as error:
            logger.warning("The old events of job %s could not be removed: %s", job.id, error)

    async def _clear_away(self, job: Job) -> None:
        """Remove the files of this attempt, and the events too if the job is deleted.

        A write without an answer may have ended the job successfully; then its result stays.
        """
        logger.info("Job %s is no longer held by attempt %d.", job.id, job.attempt)
        try:
            found = await self._jobs.get(job.id)
        except JobNotFoundError:
            await self._storage.discard(f"{RESULTS}{job.id}")
            await self._forget_events(job)
        except DATABASE_FAULTS as error:
            logger.warning("Job %s could not be read; its files stay: %s", job.id, error)
        else:
            if not _may_have_its_result(found, job.attempt):
                await self._storage.discard(result_key(job))


async def _with_records(answers: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
    """Yield answers, and record the time of each rule in the trace of the attempt."""
    began_ns = time.time_ns()
    async for answer in answers:
        if isinstance(answer, Happened) and isinstance(answer.event, RuleDone):
            title, number = answer.event.title, answer.event.number
            record("rule", began_ns=began_ns, number=number, title=title)
            began_ns = time.time_ns()
        yield answer


def _may_have_its_result(job: Job, attempt: int) -> bool:
    """Whether a job has the result of an attempt, or may still get it."""
    return job.attempt == attempt and job.state in (JobState.RUNNING, JobState.SUCCEEDED)


async def _with_cause(
    write: Callable[[Job], Awaitable[bool]], cause: Refused | Faulted, job: Job
) -> bool:
    """Record the cause of an attempt's end, and then write its end."""
    await note_cause(job, error=cause.error, traceback=cause.traceback)
    return await write(job)


def _note_run(job: Job, outcome: str) -> None:
    ran_s = (datetime.now(UTC) - job.started_at).total_seconds()
    logger.info("Job %s %s after %.1f s.", job.id, outcome, ran_s)
    JOB_RUN_SECONDS.labels(outcome).observe(ran_s)
