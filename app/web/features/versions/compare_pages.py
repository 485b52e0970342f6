"""The page and the API that compare two runs of a table."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.concurrency import sync_to_thread
from litestar.params import Parameter
from litestar.response import Template

from app.db.jobs.shares import permitted
from app.storage import Folder
from app.web.features.versions.compare import Comparison, compare
from app.web.http.paging import Limit, Offset
from app.web.http.problems import problems
from app.web.http.security import READ, User
from app.web.job_view import view

ROWS_PER_PAGE = 500

AnyRequest = Request[User, Any, Any]


@get(
    "/api/v1/jobs/{job_id:str}/compare/{other_id:str}",
    tags=["results"],
    responses=problems(404, 409),
    opt=READ,
)
async def compare_jobs(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    storage: Folder,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Comparison:
    """What changed from one run of a table to another: rows by call, and models."""
    one, other = [await permitted(each, request.user.name) for each in (job_id, other_id)]
    return await sync_to_thread(compare, one, other, storage, limit=limit, offset=offset)


@get("/jobs/{job_id:str}/compare/{other_id:str}", include_in_schema=False, opt=READ)
async def compare_page(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    storage: Folder,
    page: Annotated[int, Parameter(ge=1, le=10**9)] = 1,
) -> Template:
    """Two runs side by side."""
    one, other = [await permitted(each, request.user.name) for each in (job_id, other_id)]
    offset = (page - 1) * ROWS_PER_PAGE
    found = await sync_to_thread(compare, one, other, storage, limit=ROWS_PER_PAGE, offset=offset)
    return Template(
        "pages/compare.html",
        context={
            "before": view(one),
            "after": view(other),
            "found": found,
            "page": page,
            "last_page": max(1, -(-found.total // ROWS_PER_PAGE)),
        },
    )


HANDLERS = [compare_jobs, compare_page]
