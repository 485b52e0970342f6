"""The pages of shares: a job shared with another account, and the jobs that others share."""

from typing import Annotated, Literal

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.sharing.shared_jobs import count_shared_with
from app.db.jobs.sharing.shares import share, unshare
from app.web.features.sharing.views import shared_job_views
from app.web.http.identity.security import MANAGE, READ, AnyRequest

PER_PAGE = 50
SEE_OTHER: Literal[303] = 303


@post("/jobs/{job_id:str}/shares", include_in_schema=False, opt=MANAGE)
async def share_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Share a job by the form on its page."""
    job = await permitted(job_id, request.user.name, May.OWN)
    form = await request.form()
    await share(job, str(form.get("name", "")), str(form.get("may", "view")))
    return Redirect(f"/jobs/{job_id}#shares", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/shares/{account:str}/delete", include_in_schema=False, opt=MANAGE)
async def unshare_on_page(request: AnyRequest, job_id: str, account: str) -> Redirect:
    """Stop sharing a job with an account."""
    await unshare(await permitted(job_id, request.user.name, May.OWN), account)
    return Redirect(f"/jobs/{job_id}#shares", status_code=SEE_OTHER)


@get("/shared", include_in_schema=False, opt=READ)
async def shared_page(
    request: AnyRequest, page: Annotated[int, Parameter(ge=1, le=10**6)] = 1
) -> Template:
    """The page of jobs that others share with the user, with their owners."""
    total = await count_shared_with(request.user.name)
    page = min(page, max(1, -(-total // PER_PAGE)))
    found = await shared_job_views(request.user, PER_PAGE, (page - 1) * PER_PAGE)
    has_more = page * PER_PAGE < total
    context = {"shared": found, "total": total, "page": page, "has_more": has_more}
    return Template("pages/shared.html", context=context)


HANDLERS = [share_on_page, unshare_on_page, shared_page]
