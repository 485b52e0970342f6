"""The buttons of the operations page that pause and resume the queue."""

from typing import Any, Literal

from litestar import Request, post
from litestar.response import Redirect

from app.db.jobs.queue_pause import pause_queue, resume_queue
from app.web.http.security import ADMIN, User

SEE_OTHER: Literal[303] = 303

AnyRequest = Request[User, Any, Any]


@post("/admin/ops/queue/pause", include_in_schema=False, opt=ADMIN)
async def pause_on_page(request: AnyRequest) -> Redirect:
    """Pause the queue."""
    await pause_queue(by=request.user.name)
    return Redirect("/admin/ops", status_code=SEE_OTHER)


@post("/admin/ops/queue/resume", include_in_schema=False, opt=ADMIN)
async def resume_on_page() -> Redirect:
    """Resume the queue."""
    await resume_queue()
    return Redirect("/admin/ops", status_code=SEE_OTHER)


HANDLERS = [pause_on_page, resume_on_page]
