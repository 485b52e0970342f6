"""The page of a cohort."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Template

from app.db.jobs.shares import permitted
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.cohorts.cohort import cohort_of
from app.web.features.cohorts.page_context import cohort_context
from app.web.features.cohorts.query import CohortQuery, cohort_query
from app.web.http.security import READ, User

AnyRequest = Request[User, Any, Any]
PageNumber = Annotated[int, Parameter(ge=1, le=10**6)]


@get(
    "/jobs/{job_id:str}/cohort",
    include_in_schema=False,
    dependencies={"wanted": Provide(cohort_query)},
    opt=READ,
)
async def cohort_page(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    wanted: CohortQuery,
    page: PageNumber = 1,
    samples_page: PageNumber = 1,
    one: str = "",
    other: str = "",
) -> Template:
    """The page of a cohort: samples, the matrix as a heat map, and two groups compared."""
    job = await permitted(job_id, request.user.name)
    pair = (one, other) if one or other else None

    def read() -> dict[str, Any]:
        cohort = cohort_of(job, storage, wanted)
        return cohort_context(job, cohort, page=page, samples_page=samples_page, pair=pair)

    context = await threads.run(request.user.name, read)
    return Template("cohort/page.html", context=context)


HANDLERS = [cohort_page]
