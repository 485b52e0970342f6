"""The form that signs off a version."""

from typing import Literal

from litestar import post
from litestar.response import Redirect

from app.db.jobs.sharing.permission import May, permitted
from app.db.reviews.sign_off import sign_off
from app.web.http.identity.security import MANAGE, AnyRequest

SEE_OTHER: Literal[303] = 303


@post("/jobs/{job_id:str}/sign-off", include_in_schema=False, opt=MANAGE)
async def sign_off_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Sign off a version by the form on the page of its reviews."""
    job = await permitted(job_id, request.user.name, May.OWN)
    note = str((await request.form()).get("note", ""))
    await sign_off(job, by=request.user.name, name=request.user.label, note=note)
    return Redirect(f"/jobs/{job_id}/review", status_code=SEE_OTHER)


HANDLERS = [sign_off_on_page]
