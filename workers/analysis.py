"""The task that runs a job: claim it, let a process analyze, commit, then tell."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeAlias

import msgspec
from redis.exceptions import RedisError

from app.contract.events import Complete, Event, Failed, Progress, entered
from app.contract.tasks import Step
from app.db.jobs import LEASE_S, JobStore
from app.db.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder
from workers.messages import Done, Happened, Refused, Request
from workers.processes import ProcessDiedError, ProcessPool

TIME_LIMIT_S = 30 * 60
# A job whose worker died this often is taken to be the cause.
MOST_ATTEMPTS = 5
# How often the job row follows the progress within a step; the events tell every change.
ROW_UPDATE_S = 1.0

Outcome: TypeAlias = Done | Refused

logger = logging.getLogger(__name__)


class JobLostError(Exception):
    """The job was deleted or claimed by another worker; nothing is left to do for this one."""


class AnalysisTask:
    """Runs jobs. A job it cannot finish for want of the worker is left to another."""

    def __init__(
        self, jobs: JobStore, publisher: Publisher, storage: Folder, processes: ProcessPool
    ) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._storage = storage
        self._processes = processes

    async def run(self, job_id: str) -> None:
        """Run a job to its end, unless another worker has it or it is gone."""
        job = await self._jobs.claim(job_id)
        if job is None:
            logger.info("Job %s is not to be had; another worker has it, or it ended.", job_id)
            return
        try:
            await self._conclude(job, await self._outcome(job))
        except JobLostError:
            logger.info("Job %s is no longer held by attempt %d.", job.id, job.attempt)
            self._storage.delete(_result_key(job))

    async def _outcome(self, job: Job) -> Outcome:
        if job.attempt > MOST_ATTEMPTS:
            return Refused(
                f"The job was given up after {MOST_ATTEMPTS} attempts, each of which ended its "
                "worker. Split the table into smaller files and submit them again.",
                "TooManyAttempts",
            )
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                return await self._while_held(job, self._analyze(job))
        except TimeoutError:
            return Refused(
                f"The analysis took longer than {TIME_LIMIT_S // 60} minutes and was stopped. "
                "Split the table into smaller files and submit them again.",
                "TimeLimitExceeded",
            )
        except ProcessDiedError as error:
            return Refused(
                "The analysis process was ended from outside, most likely for want of memory. "
                "Split the table into smaller files, or start the job again.",
                str(error),
            )

    async def _analyze(self, job: Job) -> Outcome:
        request = Request(
            table=str(self._storage.path(job.upload_key)),
            settings=msgspec.json.decode(job.settings),
            folder=str(self._storage.path(_result_key(job))),
        )
        async with self._processes.borrow() as process:
            step = _StepClock()
            async for answer in process.answers(request):
                if not isinstance(answer, Happened):
                    return answer
                await self._tell(job, answer.event)
                if isinstance(answer.event, Progress) and step.is_due(answer.event.current_step):
                    await self._note(job, answer.event)
        raise ProcessDiedError("The analysis process gave no answer.")

    async def _conclude(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Done):
            result_key = _result_key(job)
            held = await self._jobs.succeed(job, result_key=result_key, summary=outcome.summary)
            event: Event = _completed(job, outcome)
        else:
            held = await self._jobs.fail(job, message=outcome.message, error=outcome.error)
            event = Failed(message=outcome.message, error=outcome.error)
        if not held:
            raise JobLostError
        if isinstance(event, Complete):
            await self._tell(job, entered(Step.COMPLETE, event.message))
        await self._tell(job, event)

    async def _note(self, job: Job, progress: Progress) -> None:
        if not await self._jobs.enter_step(
            job, progress.current_step, progress.percentage, progress.message
        ):
            raise JobLostError

    async def _tell(self, job: Job, event: Event) -> None:
        """Publish an event; the job goes on without its listeners when Redis is away."""
        try:
            await self._publisher.publish(job.id, event)
        except RedisError as error:
            logger.warning("Job %s could not tell %s: %s", job.id, event.name, error)

    async def _while_held(self, job: Job, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Do the work and renew the job's lease meanwhile; stop the work once the job is lost."""
        working = asyncio.create_task(work)
        renewing = asyncio.create_task(self._renew_lease(job))
        try:
            await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise JobLostError
            return working.result()
        finally:
            working.cancel()
            renewing.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)

    async def _renew_lease(self, job: Job) -> None:
        """Return once the job is no longer held."""
        while await self._jobs.renew_lease(job):  # noqa: ASYNC110 - a lease is renewed by the clock
            await asyncio.sleep(LEASE_S / 3)


class _StepClock:
    """Whether the job row is due to be told: at a new step, and once a second within one."""

    def __init__(self) -> None:
        self._step = ""
        self._told_at = 0.0

    def is_due(self, step: str) -> bool:
        now = asyncio.get_running_loop().time()
        if step == self._step and now - self._told_at < ROW_UPDATE_S:
            return False
        self._step, self._told_at = step, now
        return True


def _result_key(job: Job) -> str:
    return f"results/{job.id}/{job.attempt}"


def _completed(job: Job, outcome: Done) -> Complete:
    message = f"Analysis complete: {outcome.summary['rows']:,} rows have their calls."
    return Complete(success=True, redirect_url=f"/jobs/{job.id}/result", message=message)
