"""The task that runs a job: claim it, analyze it in a process, commit, and publish the end."""

import asyncio
import logging

from redis.exceptions import RedisError

from app.contract.tasks import JobState
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.contents.references import RESULTS
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job
from app.observability.logs import PROCESS, marked, marks
from app.observability.metrics.measured import JOB_WAIT_SECONDS
from app.observability.tracing import span
from app.runtime.end_tasks import end_tasks
from app.storage.attempt_logs import logs_of
from workers.attempts.end import AttemptEnd
from workers.attempts.lease import CancelRequestedError, JobLostError
from workers.attempts.log import AttemptLog
from workers.attempts.outcome import AttemptAnalysis
from workers.attempts.parts import AttemptParts
from workers.attempts.publisher import AttemptPublisher
from workers.attempts.request import result_key

logger = logging.getLogger(__name__)


class AnalysisTask:
    """Runs jobs. If its worker stops, another worker finishes the job."""

    def __init__(self, parts: AttemptParts, *, worker: str = PROCESS) -> None:
        self._parts = parts
        self._jobs = parts.jobs
        self._worker = worker
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> bool:
        """Claim the next job and run it to its end; return False at once if none can be claimed."""
        job = await self._jobs.claim(worker=self._worker)
        if job is None:
            logger.info("No job can be claimed: another worker took it, it ended, or it must wait.")
            return False
        JOB_WAIT_SECONDS.observe((job.started_at - job.queued_at).total_seconds())
        running = asyncio.create_task(self._run_marked(job))
        self._running.add(running)
        try:
            await running
        except asyncio.CancelledError:
            logger.info("Job %s was handed back.", job.id)
        finally:
            self._running.discard(running)
        return True

    async def hand_back(self) -> None:
        """Stop the running jobs and return them to the queue, because this worker ends."""
        await end_tasks(*self._running)

    async def _run_marked(self, job: Job) -> None:
        with marked(job=job.id, attempt=str(job.attempt), request=job.request_id, worker=PROCESS):
            logger.info("Job %s runs.", job.id)
            with span("attempt") as attributes:
                attributes |= marks()
                await self._run(job)

    async def _run(self, job: Job) -> None:
        events = AttemptPublisher(self._parts.publisher, job)
        try:
            await self._run_to_its_end(job, events)
        except JobLostError:
            await self._clear_away(job, events.log)
        except asyncio.CancelledError:
            await events.log.save(self._parts.storage)
            await self._jobs.hand_back(job)
            raise

    async def _run_to_its_end(self, job: Job, events: AttemptPublisher) -> None:
        if job.attempt > 1 or job.queued_at > job.created_at:  # a new job has no events yet
            await self._parts.lost_logs.save(job.id)
            await self._forget_events(job)
        end = AttemptEnd(job, self._parts, events)
        try:
            await end.conclude(await AttemptAnalysis(job, self._parts, events).outcome())
        except CancelRequestedError:
            await end.cancel()

    async def _forget_events(self, job: Job) -> None:
        try:
            await self._parts.publisher.forget(job.id, attempt=job.attempt)
        except RedisError as error:
            logger.warning("The old events of job %s could not be removed: %s", job.id, error)

    async def _clear_away(self, job: Job, log: AttemptLog) -> None:
        """Remove the files of this attempt but its log; remove all of a deleted job.

        A write without an answer may have ended the job successfully; then its result stays.
        """
        logger.info("Job %s is no longer held by attempt %d.", job.id, job.attempt)
        storage = self._parts.storage
        try:
            found = await self._jobs.get(job.id)
        except JobNotFoundError:
            await storage.discard(f"{RESULTS}{job.id}")
            await storage.discard(logs_of(job.id))
            await self._forget_events(job)
        except DATABASE_FAULTS as error:
            logger.warning("Job %s could not be read; its files stay: %s", job.id, error)
        else:
            await log.save(storage)
            if not _may_have_its_result(found, job.attempt):
                await storage.discard(result_key(job))


def _may_have_its_result(job: Job, attempt: int) -> bool:
    """Whether a job has the result of an attempt, or may still get it."""
    return job.attempt == attempt and job.state in (JobState.RUNNING, JobState.SUCCEEDED)
