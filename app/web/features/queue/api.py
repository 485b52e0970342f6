"""The API of the queue: whether it is paused; administrators pause and resume it."""

from typing import Any

from litestar import Request, get, post

from app.db.jobs.queue_pause import pause_queue as pause
from app.db.jobs.queue_pause import resume_queue as resume
from app.web.features.queue.views import QueueStanding, queue_standing
from app.web.http.problems import problems
from app.web.http.security import ADMIN, READ, User

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


HANDLERS = [show_queue, pause_queue, resume_queue]
