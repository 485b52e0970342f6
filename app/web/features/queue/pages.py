"""The buttons that pause and resume the queue, or order an owner's jobs in it."""

from typing import Literal

from litestar import post
from litestar.response import Redirect

from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.turns.priority import set_priority
from app.db.jobs.turns.queue_pause import pause_queue, resume_queue
from app.db.jobs.turns.run_next import run_next_among_own
from app.web.forms.priority import chosen_priority
from app.web.http.identity.security import ADMIN, MANAGE, AnyRequest

SEE_OTHER: Literal[303] = 303


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


@post("/jobs/{job_id:str}/run-next", include_in_schema=False, opt=MANAGE)
async def run_next_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Let a waiting job run before the others of its owner."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    await run_next_among_own(job, by=request.user.name)
    return Redirect(f"/jobs/{job_id}", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/priority", include_in_schema=False, opt=MANAGE)
async def prioritize_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Set the priority of a job among the waiting jobs of its owner."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    priority = chosen_priority((await request.form()).get("priority", ""))
    await set_priority([job], priority, by=request.user.name)
    return Redirect(f"/jobs/{job_id}", status_code=SEE_OTHER)


HANDLERS = [pause_on_page, resume_on_page, run_next_on_page, prioritize_on_page]
