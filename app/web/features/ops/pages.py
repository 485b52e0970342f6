"""The pages of operations: the board, all users' jobs, and one job with its attempts."""

from typing import Annotated, Any, Literal

from litestar import Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template
from redis.exceptions import RedisError

from app.contract.tasks import JobState
from app.db.jobs.history.attempts import attempts_of
from app.db.jobs.history.throughput import OUTCOMES, Period, Slot, throughput
from app.db.jobs.lists.search import JobFilter
from app.db.jobs.store import JobStore
from app.db.jobs.turns.run_next import run_next_of_all
from app.db.worker_sizes import WorkerSizeError, set_places
from app.figures import MOST, Figures, latest_figures
from app.jobs.submission import JobSubmission
from app.observability.log_level import SetLevel, level_now
from app.observability.metrics.tally import Tally
from app.observability.own_level import Level
from app.queue.worker_registry import WorkerRegistry
from app.web.features.ops.access import while_administrator
from app.web.features.ops.actions import cancel_for, retry_for
from app.web.features.ops.board import FIGURES_OF_AN_HOUR, Board, Ops
from app.web.features.ops.board_stream import BoardStream
from app.web.features.ops.history import OF_ALL_ON_PAGE, found
from app.web.features.ops.step_times import StepTimes, step_times
from app.web.features.ops.views import jobs_of_all
from app.web.http.identity.security import ADMIN, ADMIN_BY_SCRIPT, AnyRequest
from app.web.job_filters.job_query import JobQuery
from app.web.streaming.event_docs import EVENT_STREAM
from app.web.streaming.event_stream import EventStream
from app.web.streaming.limits import StreamLimits

JOBS_PER_PAGE = 50
LONGEST_NUMBER = 4
SEE_OTHER: Literal[303] = 303


@get("/admin/ops", include_in_schema=False, opt=ADMIN)
async def ops_page(ops: Ops, tally: Tally, period: Period = Period.HOUR) -> Template:
    """The page of the board, which updates itself, with plots of a period."""
    slots = await throughput(period)
    context = {"board": await ops.board(), "slots": slots, "outcomes": OUTCOMES}
    context |= {"steps": await _steps(tally), "figures": await _figures(ops, period)}
    context |= {"log_level": await _log_level(ops), "levels": list(Level)}
    return Template("ops/page.html", context=context | {"period": period, "periods": list(Period)})


async def _figures(ops: Ops, period: Period) -> list[Figures]:
    """The figures of a period, as far as they are kept; none while Redis is away."""
    number = FIGURES_OF_AN_HOUR if period is Period.HOUR else MOST
    try:
        return await latest_figures(ops.look.redis, number)
    except RedisError:
        return []


async def _log_level(ops: Ops) -> SetLevel | None:
    """The level of the log that somebody set, if Redis knows one."""
    try:
        return await level_now(ops.look.redis)
    except RedisError:
        return None


async def _steps(tally: Tally) -> list[StepTimes]:
    """The times of the steps; none while Redis is away."""
    try:
        return step_times(await tally.totals())
    except RedisError:
        return []


@get("/admin/ops/events", media_type=EVENT_STREAM, include_in_schema=False, opt=ADMIN_BY_SCRIPT)
async def ops_events(
    request: AnyRequest, board_stream: BoardStream, limits: StreamLimits
) -> Response[Any]:
    """Stream the board every two seconds, until its reader logs out."""
    engine: Any = request.app.template_engine
    template = engine.get_template("ops/board.html")

    def draw(board: Board) -> str:
        return str(template.render(board=board))

    messages = while_administrator(board_stream.follow(draw), request)
    return EventStream(await limits.admit(request.user.name, messages))


@get("/admin/ops/throughput.json", include_in_schema=False, opt=ADMIN)
async def throughput_data(period: Period = Period.HOUR) -> list[Slot]:
    """The data of the plots of a period."""
    return await throughput(period)


@get("/admin/ops/figures.json", include_in_schema=False, opt=ADMIN)
async def figures_data(ops: Ops, period: Period = Period.HOUR) -> list[Figures]:
    """The data of the plots of queue, Redis and database over a period."""
    return await _figures(ops, period)


@get("/admin/ops/jobs", include_in_schema=False, dependencies=OF_ALL_ON_PAGE, opt=ADMIN)
async def all_jobs(history: JobQuery, page: Annotated[int, Parameter(ge=1)] = 1) -> Template:
    """The page of all users' jobs."""
    some = await found(history, limit=JOBS_PER_PAGE, offset=(page - 1) * JOBS_PER_PAGE)
    context = {
        "jobs": some.jobs,
        "total": some.total,
        "page": page,
        "last_page": max(1, -(-some.total // JOBS_PER_PAGE)),
        "link": history,
        "which": history.which,
        "states": list(JobState),
        "is_filtered": history.which != JobFilter() or bool(history.error),
    }
    status_code = 400 if history.error else 200
    return Template("ops/jobs.html", context=context, status_code=status_code)


@get("/admin/ops/jobs/{job_id:str}", include_in_schema=False, opt=ADMIN)
async def job_of_anybody(job_id: str, jobs: JobStore) -> Template:
    """The page of any user's job with its attempts, without its table and result."""
    (job,) = await jobs_of_all([await jobs.get(job_id)])
    return Template("ops/job.html", context={"job": job, "attempts": await attempts_of(job_id)})


@post("/admin/ops/jobs/{job_id:str}/cancel", include_in_schema=False, opt=ADMIN)
async def cancel_on_page(request: AnyRequest, job_id: str, submissions: JobSubmission) -> Redirect:
    """Cancel any user's job."""
    await cancel_for(job_id, submissions, by=request.user.name)
    return Redirect(f"/admin/ops/jobs/{job_id}", status_code=SEE_OTHER)


@post("/admin/ops/jobs/{job_id:str}/retry", include_in_schema=False, opt=ADMIN)
async def retry_on_page(request: AnyRequest, job_id: str, submissions: JobSubmission) -> Redirect:
    """Start any user's job again."""
    await retry_for(job_id, submissions, by=request.user.name)
    return Redirect(f"/admin/ops/jobs/{job_id}", status_code=SEE_OTHER)


@post("/admin/ops/jobs/{job_id:str}/run-next", include_in_schema=False, opt=ADMIN)
async def run_any_next_on_page(request: AnyRequest, job_id: str, jobs: JobStore) -> Redirect:
    """Let any user's waiting job run before all others."""
    await run_next_of_all(await jobs.get(job_id), by=request.user.name)
    return Redirect(f"/admin/ops/jobs/{job_id}", status_code=SEE_OTHER)


@post("/admin/ops/workers/{worker:str}/drain", include_in_schema=False, opt=ADMIN)
async def drain_on_page(
    request: AnyRequest, worker: str, worker_registry: WorkerRegistry
) -> Redirect:
    """Drain a worker, so that it takes no new jobs."""
    await worker_registry.drain(worker, by=request.user.name)
    return Redirect("/admin/ops#workers", status_code=SEE_OTHER)


@post("/admin/ops/workers/{worker:str}/resume", include_in_schema=False, opt=ADMIN)
async def resume_on_page(worker: str, worker_registry: WorkerRegistry) -> Redirect:
    """Resume a worker, so that it takes jobs again."""
    await worker_registry.resume(worker)
    return Redirect("/admin/ops#workers", status_code=SEE_OTHER)


@post("/admin/ops/workers/{worker:str}/places", include_in_schema=False, opt=ADMIN)
async def resize_on_page(
    request: AnyRequest, worker: str, worker_registry: WorkerRegistry
) -> Redirect:
    """Set how many jobs each worker on this worker's machine runs at once."""
    typed = str((await request.form()).get("places", ""))
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER):
        raise WorkerSizeError(f"{typed[:20]!r} is no number of jobs.")
    host = await worker_registry.host_of(worker)
    await set_places(host, int(typed), by=request.user.name)
    return Redirect("/admin/ops#workers", status_code=SEE_OTHER)


HANDLERS = [
    *(ops_page, ops_events, throughput_data, figures_data, all_jobs, job_of_anybody),
    *(cancel_on_page, retry_on_page, run_any_next_on_page, drain_on_page, resume_on_page),
    resize_on_page,
]
