"""The API of what would change the call of a row."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import Parameter

from app.analysis.flips.said import RowFlips
from app.db.jobs.sharing.permission import permitted
from app.web.features.flips.flip_finder import FlipFinder
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.http.answers.reader import while_reader_waits
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, User


@get(
    "/api/v1/jobs/{job_id:str}/rows/{row:int}/flips",
    tags=["rows"],
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def show_flips(
    request: Request[User, Any, Any],
    job_id: str,
    row: Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)],
    flip_finder: FlipFinder,
) -> RowFlips:
    """Show what would change the call of a row: the smallest changes that give it another one.

    A change is another time, another area, an anchor mark more or less, or the table without a row.
    Each was tried in a run of the analysis, unless the table has more than 5,000 rows: then the
    retention law of the result says what flips, and ``is_tried`` is false.
    """
    job, user = await permitted(job_id, request.user.name), request.user.name
    return await while_reader_waits(request, flip_finder.flips_of(job, row, user=user))
