"""The API of the queue: its pause, and the order of an owner's jobs in it."""

import msgspec
from litestar import get, post, put

from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.turns.priority import Priority, set_priority
from app.db.jobs.turns.queue_pause import pause_queue as pause
from app.db.jobs.turns.queue_pause import resume_queue as resume
from app.db.jobs.turns.run_next import run_next_among_own
from app.web.features.queue.views import QueueStanding, queue_standing
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, MANAGE, READ, AnyRequest
from app.web.job_view import JobView
from app.web.wait_estimate import WaitEstimate


class NewPriority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The priority of a job among the waiting jobs of its owner."""

    priority: Priority


@get("/api/v1/queue", tags=["queue"], responses=problems(), opt=READ)
async def show_queue() -> QueueStanding:
    """Show whether the queue is paused, by whom and since when."""
    return await queue_standing()


@post("/api/v1/queue/pause", tags=["queue"], status_code=200, responses=problems(), opt=ADMIN)
async def pause_queue(request: AnyRequest) -> QueueStanding:
    """Pause the queue: jobs are accepted and wait, none is started, and running jobs finish.

    The pause stays until it is resumed, also when the installation is restarted.
    """
    await pause(by=request.user.name)
    return await queue_standing()


@post("/api/v1/queue/resume", tags=["queue"], status_code=200, responses=problems(), opt=ADMIN)
async def resume_queue() -> QueueStanding:
    """Resume the queue: workers start the waiting jobs within seconds."""
    await resume()
    return await queue_standing()


@post(
    "/api/v1/jobs/{job_id:str}/run-next",
    tags=["queue"],
    status_code=200,
    responses=problems(404, 409),
    opt=MANAGE,
)
async def run_job_next(request: AnyRequest, job_id: str, waiting: WaitEstimate) -> JobView:
    """Let a waiting job run before the others of its owner; those of other owners lose nothing."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    await run_next_among_own(job, by=request.user.name)
    return await waiting.view(await waiting.row(job_id))


@put("/api/v1/jobs/{job_id:str}/priority", tags=["queue"], responses=problems(404), opt=MANAGE)
async def prioritize_job(
    request: AnyRequest, job_id: str, data: NewPriority, waiting: WaitEstimate
) -> JobView:
    """Set the priority of a job among the waiting jobs of its owner.

    Jobs of other owners keep their place. A job that does not wait keeps it for the next time.
    """
    job = await permitted(job_id, request.user.name, May.EDIT)
    await set_priority([job], data.priority, by=request.user.name)
    return await waiting.view(await waiting.row(job_id))


HANDLERS = [show_queue, pause_queue, resume_queue, run_job_next, prioritize_job]
