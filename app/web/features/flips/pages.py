"""The page of what would change the assignment of a row."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import Parameter
from litestar.response import Template

from app.db.jobs.sharing.permission import permitted
from app.web.features.flips.flip_finder import FlipFinder
from app.web.features.results.explanation import parts
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.http.answers.reader import while_reader_waits
from app.web.http.identity.security import READ, User
from app.web.job_view import view


@get("/jobs/{job_id:str}/rows/{row:int}/flips", include_in_schema=False, opt=READ)
async def flips_page(
    request: Request[User, Any, Any],
    job_id: str,
    row: Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)],
    flip_finder: FlipFinder,
) -> Template:
    """The changes that flip a row: a page of its own, or a part of the row's page for htmx."""
    job, user = await permitted(job_id, request.user.name), request.user.name
    found = await while_reader_waits(request, flip_finder.flips_of(job, row, user=user))
    is_part = "hx-request" in request.headers
    return Template(
        "fragments/flips.html" if is_part else "pages/flips.html",
        context={"job": view(job), "found": found, "parts": parts, "is_part": is_part},
        headers={"Vary": "HX-Request"},
    )
