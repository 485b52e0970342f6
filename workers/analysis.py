"""The task that runs a job: claim one, let a process analyze, commit, then tell."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import msgspec
from redis.exceptions import RedisError

from app.contract.events import Cancelled, Complete, Event, Failed, Log, Progress, entered
from app.contract.tasks import Step
from app.db.engine import DATABASE_FAULTS
from app.db.jobs import CANCELLED, LEASE_S, JobNotFoundError, JobStore, Standing
from app.db.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder
from workers.messages import TOO_LONG, Done, Faulted, Happened, Refused, Request
from workers.processes import AnalysisProcess, ProcessDiedError, ProcessPool

# A job that lost its worker this often is taken to be the cause.
MOST_LOST_LEASES = 4
# A passing fault is tried again after 5, 10, 20 and 40 s.
MOST_FAULTS = 4
FIRST_DELAY_S = 5.0
# How often the job row follows the progress within a step; the events tell every change.
ROW_UPDATE_S = 1.0
# How often a worker asks whether its job is still wanted: the longest a cancel goes unheard.
WATCH_S = 1.0

Outcome: TypeAlias = Done | Refused | Faulted

logger = logging.getLogger(__name__)


class JobLostError(Exception):
    """The job was deleted or claimed by another worker; nothing is left to do for this one."""


class CancelRequestedError(Exception):
    """The job's owner wants it no longer."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long an analysis may take, in seconds: asked to end between rules, then killed."""

    soft_s: float = 25 * 60
    hard_s: float = 30 * 60


class AnalysisTask:
    """Runs jobs. A job it cannot finish for want of the worker is left to another."""

    def __init__(
        self,
        jobs: JobStore,
        publisher: Publisher,
        storage: Folder,
        processes: ProcessPool,
        limits: Limits | None = None,
    ) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._storage = storage
        self._processes = processes
        self._limits = limits or Limits()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Run the job whose turn it is to its end; without one there is nothing to do."""
        job = await self._jobs.claim()
        if job is None:
            logger.info("No job waits; another worker has it, or it ended.")
            return
        running = asyncio.create_task(self._run(job))
        self._running.add(running)
        try:
            await running
        except asyncio.CancelledError:
            logger.info("Job %s was handed back.", job.id)
        finally:
            self._running.discard(running)

    async def hand_back(self) -> None:
        """Stop what runs and put it back into the queue, because this worker ends."""
        running = set(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        try:
            await self._forget_events(job)
            await self._conclude(job, await self._outcome(job))
        except CancelRequestedError:
            await self._end(job, self._jobs.end_cancelled, Cancelled(message=CANCELLED))
        except JobLostError:
            await self._clear_away(job)
        except asyncio.CancelledError:
            await self._jobs.hand_back(job)
            raise

    async def _outcome(self, job: Job) -> Outcome:
        if job.lost_leases > MOST_LOST_LEASES:
            return Refused(
                f"The job was given up: it lost its worker {job.lost_leases} times. "
                "Split the table into smaller files and submit them again.",
                "TooManyLostWorkers",
            )
        try:
            async with asyncio.timeout(self._limits.hard_s):
                return await self._while_held(job, self._analyze(job))
        except TimeoutError:
            return Refused(TOO_LONG, "TimeLimitExceeded")
        except (ProcessDiedError, OSError) as error:
            return Faulted(
                "The analysis process was ended from outside, most likely for want of memory",
                str(error),
            )

    async def _analyze(self, job: Job) -> Outcome:
        request = Request(
            table=str(self._storage.path(job.upload_key)),
            settings=msgspec.json.decode(job.settings),
            folder=str(self._storage.path(_result_key(job))),
        )
        async with self._processes.borrow() as process:
            asked = asyncio.get_running_loop().call_later(self._limits.soft_s, process.ask_to_stop)
            try:
                return await self._follow(job, process, request)
            finally:
                asked.cancel()

    async def _follow(self, job: Job, process: AnalysisProcess, request: Request) -> Outcome:
        step = _StepClock()
        async for answer in process.answers(request):
            if not isinstance(answer, Happened):
                return answer
            await self._tell(job, answer.event)
            if isinstance(answer.event, Progress) and step.is_due(answer.event.current_step):
                await self._note(job, answer.event)
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
        key, event = _result_key(job), _completed(job, done)
        await self._commit(job, partial(self._jobs.succeed, result_key=key, summary=done.summary))
        self._storage.keep_only(key)
        await self._tell(job, entered(Step.COMPLETE, event.message))
        await self._tell(job, event)

    async def _fail(self, job: Job, outcome: Refused | Faulted) -> None:
        message = outcome.message
        if isinstance(outcome, Faulted):
            message = f"{message}. It was tried {MOST_FAULTS + 1} times; start it again later."
        fail = partial(self._jobs.fail, message=message, error=outcome.error)
        await self._end(job, fail, Failed(message=message, error=outcome.error))

    async def _retry(self, job: Job, fault: Faulted) -> None:
        delay_s = FIRST_DELAY_S * 2**job.faults
        message = f"{fault.message}. Trying again in {delay_s:.0f} s."
        retry = partial(self._jobs.retry_later, delay_s=delay_s, message=message)
        logger.warning("Job %s met a passing fault: %s", job.id, fault.error)
        await self._end(job, retry, Log(level="warning", message=message))

    async def _end(self, job: Job, write: Callable[[Job], Awaitable[bool]], event: Event) -> None:
        """Put an attempt down that has no result; half of one may have been written."""
        self._storage.delete(_result_key(job))
        await self._commit(job, write)
        await self._tell(job, event)

    async def _commit(self, job: Job, write: Callable[[Job], Awaitable[bool]]) -> None:
        """Write to the job row, again and again while the database is away and the lease lasts.

        A database that goes away may have written all the same, without saying so.

        Raises:
            JobLostError: the job is no longer held, or may not be.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + LEASE_S
        is_unsure = False
        while loop.time() < give_up_at:
            try:
                if await write(job) or (is_unsure and await self._jobs.is_put_down(job)):
                    return
                raise JobLostError
            except DATABASE_FAULTS as error:
                logger.warning("Job %s waits for the database: %s", job.id, error)
                is_unsure = True
                await asyncio.sleep(WATCH_S)
        raise JobLostError

    async def _note(self, job: Job, progress: Progress) -> None:
        """Bring the row up to the progress; the next one does it if the database is away."""
        try:
            is_held = await self._jobs.enter_step(
                job, progress.current_step, progress.percentage, progress.message
            )
        except DATABASE_FAULTS as error:
            logger.warning("Job %s could not note its progress: %s", job.id, error)
            return
        if not is_held:
            raise JobLostError

    async def _tell(self, job: Job, event: Event) -> None:
        """Publish an event; the job goes on without its listeners when Redis is away."""
        try:
            await self._publisher.publish(job.id, event)
        except RedisError as error:
            logger.warning("Job %s could not tell %s: %s", job.id, event.name, error)

    async def _forget_events(self, job: Job) -> None:
        """An attempt begins its stream anew."""
        try:
            await self._publisher.forget(job.id)
        except RedisError as error:
            logger.warning("Job %s keeps its old events: %s", job.id, error)

    async def _clear_away(self, job: Job) -> None:
        """Remove what this attempt wrote, and what it told of a job that is deleted."""
        logger.info("Job %s is no longer held by attempt %d.", job.id, job.attempt)
        self._storage.delete(_result_key(job))
        try:
            await self._jobs.get(job.id)
        except JobNotFoundError:
            self._storage.delete(f"results/{job.id}")
            await self._forget_events(job)
        except DATABASE_FAULTS as error:
            logger.warning("Job %s could not be looked up: %s", job.id, error)

    async def _while_held(self, job: Job, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Do the work and watch the job meanwhile; stop once it is lost or to be cancelled."""
        working = asyncio.create_task(work)
        watching = asyncio.create_task(self._watch(job))
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                watching.result()
                raise JobLostError
            return working.result()
        finally:
            working.cancel()
            watching.cancel()
            await asyncio.gather(working, watching, return_exceptions=True)

    async def _watch(self, job: Job) -> None:
        """Renew the job's lease by the clock; return once it is no longer held.

        Raises:
            CancelRequestedError: the owner wants the job no longer.
        """
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while loop.time() < renewed_at + LEASE_S:
            await asyncio.sleep(WATCH_S)
            asked_at = loop.time()
            renew = asked_at >= renewed_at + LEASE_S / 3
            try:
                standing = await self._jobs.standing(job, renew=renew)
            except DATABASE_FAULTS as error:
                logger.warning("Job %s could not be looked up: %s", job.id, error)
                continue
            if standing is Standing.LOST:
                return
            if standing is Standing.TO_CANCEL:
                raise CancelRequestedError
            renewed_at = asked_at if renew else renewed_at


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
