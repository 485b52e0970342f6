"""The API of operations, for administrators: the board, all users' jobs, and workers."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from app.db.jobs.history.attempts import attempts_of
from app.db.jobs.history.throughput import Period, Slot, throughput
from app.db.jobs.store import JobStore
from app.db.jobs.turns.run_next import run_next_of_all
from app.db.worker_sizes import MOST_PLACES, set_places
from app.figures import MOST, Figures, latest_figures
from app.jobs.submission import JobSubmission
from app.observability.metrics.tally import Tally
from app.queue.worker_registry import WorkerRegistry
from app.web.features.ops.actions import cancel_for, retry_for
from app.web.features.ops.board import Board, Ops
from app.web.features.ops.history import OF_ALL_IN_API, found
from app.web.features.ops.step_times import StepTimes, step_times
from app.web.features.ops.views import AttemptView, JobOf, attempt_view, jobs_of_all
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, AnyRequest
from app.web.job_filters.job_query import JobQuery

Minutes = Annotated[
    int, Parameter(ge=1, le=MOST, description="How many of the last minutes to show.")
]


class JobsOfAll(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the jobs of all users; ``total`` counts all that match the filter."""

    total: int
    jobs: list[JobOf]


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts at a job, oldest first."""

    attempts: list[AttemptView]


class Throughput(msgspec.Struct, frozen=True, kw_only=True):
    """The time slots of a period, oldest first; the last one is not complete yet."""

    period: Period
    slots: list[Slot]


class FiguresOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of each minute, oldest first."""

    figures: list[Figures]


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of analyses in their order, with their times since the counts began."""

    steps: list[StepTimes]


class WorkerPlaces(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many jobs each worker of a machine runs at once; null returns to its setting."""

    places: Annotated[int, msgspec.Meta(ge=1, le=MOST_PLACES)] | None


@get("/api/v1/ops", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_ops(ops: Ops) -> Board:
    """Show the state of the installation: queue, workers, failures, Redis and disk usage."""
    return await ops.board()


@get("/api/v1/ops/throughput", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_throughput(period: Period = Period.HOUR) -> Throughput:
    """Count the attempts that ended in the last hour, day or week, with waiting and run times."""
    return Throughput(period=period, slots=await throughput(period))


@get("/api/v1/ops/figures", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_figures(ops: Ops, minutes: Minutes = 60) -> FiguresOverTime:
    """Show queue, workers, Redis, database and storage, minute by minute, of a day at most."""
    return FiguresOverTime(figures=await latest_figures(ops.look.redis, minutes))


@get("/api/v1/ops/steps", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_step_times(tally: Tally) -> Steps:
    """Show how long each step of the analyses took, as a histogram over all workers."""
    return Steps(steps=step_times(await tally.totals()))


@get("/api/v1/ops/jobs", tags=["ops"], dependencies=OF_ALL_IN_API, responses=problems(), opt=ADMIN)
async def list_all_jobs(history: JobQuery, limit: Limit = 50, offset: Offset = 0) -> JobsOfAll:
    """List the jobs of all users that match the filter; a search covers owners, workers and ids."""
    some = await found(history, limit=limit, offset=offset)
    return JobsOfAll(total=some.total, jobs=some.jobs)


@get("/api/v1/ops/jobs/{job_id:str}/attempts", tags=["ops"], responses=problems(404), opt=ADMIN)
async def list_attempts(job_id: str, jobs: JobStore) -> Attempts:
    """List the attempts at any user's job, with the reason why each ended."""
    job = await jobs.get(job_id)
    return Attempts(attempts=[attempt_view(each) for each in await attempts_of(job.id)])


@post(
    "/api/v1/ops/jobs/{job_id:str}/cancel",
    status_code=202,
    tags=["ops"],
    responses=problems(404, 409),
    opt=ADMIN,
)
async def cancel_any_job(request: AnyRequest, job_id: str, submissions: JobSubmission) -> JobOf:
    """Cancel any user's job; 409 if it has ended."""
    (job,) = await jobs_of_all([await cancel_for(job_id, submissions, by=request.user.name)])
    return job


@post(
    "/api/v1/ops/jobs/{job_id:str}/retry",
    status_code=202,
    tags=["ops"],
    responses=problems(404, 409),
    opt=ADMIN,
)
async def retry_any_job(request: AnyRequest, job_id: str, submissions: JobSubmission) -> JobOf:
    """Start any user's failed or cancelled job again; 409 if it is running or has succeeded."""
    (job,) = await jobs_of_all([await retry_for(job_id, submissions, by=request.user.name)])
    return job


@post(
    "/api/v1/ops/jobs/{job_id:str}/run-next",
    tags=["ops"],
    status_code=200,
    responses=problems(404, 409),
    opt=ADMIN,
)
async def run_any_job_next(request: AnyRequest, job_id: str, jobs: JobStore) -> JobOf:
    """Let any user's waiting job run before all others; 409 if it does not wait."""
    await run_next_of_all(await jobs.get(job_id), by=request.user.name)
    (job,) = await jobs_of_all([await jobs.get(job_id)])
    return job


@post(
    "/api/v1/ops/workers/{worker:str}/drain",
    status_code=204,
    tags=["ops"],
    responses=problems(404),
    opt=ADMIN,
)
async def drain_worker(request: AnyRequest, worker: str, worker_registry: WorkerRegistry) -> None:
    """Drain a worker: it finishes its jobs, then stays idle until it is resumed."""
    await worker_registry.drain(worker, by=request.user.name)


@delete("/api/v1/ops/workers/{worker:str}/drain", tags=["ops"], responses=problems(404), opt=ADMIN)
async def resume_worker(worker: str, worker_registry: WorkerRegistry) -> None:
    """Resume a drained worker, so that it takes jobs again."""
    await worker_registry.resume(worker)


@put("/api/v1/ops/workers/{worker:str}/places", tags=["ops"], responses=problems(404), opt=ADMIN)
async def resize_worker(
    request: AnyRequest, worker: str, data: WorkerPlaces, worker_registry: WorkerRegistry
) -> WorkerPlaces:
    """Set how many jobs each worker on this worker's machine runs at once, within seconds.

    It holds after restarts. If fewer jobs may run than do, those finish, and none is started.
    """
    host = await worker_registry.host_of(worker)
    await set_places(host, data.places, by=request.user.name)
    return data


HANDLERS = [
    *(show_ops, show_throughput, show_step_times, show_figures, list_all_jobs, list_attempts),
    *(cancel_any_job, retry_any_job, run_any_job_next, drain_worker, resume_worker, resize_worker),
]
