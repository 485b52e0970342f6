"""The API of the queue: its pause, and jobs that are moved to its front."""

from typing import Any

from litestar import Request, get, post

from app.db.jobs.queue_pause import pause_queue as pause
from app.db.jobs.queue_pause import resume_queue as resume
from app.db.jobs.run_next import run_next_among_own
from app.db.jobs.shares import May, permitted
from app.web.features.queue.views import QueueStanding, queue_standing
from app.web.http.problems import problems
from app.web.http.security import ADMIN, MANAGE, READ, User
from app.web.job_view import JobView
from app.web.wait_estimate import WaitEstimate

AnyRequest = Request[User, Any, Any]


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


HANDLERS = [show_queue, pause_queue, resume_queue, run_job_next]
