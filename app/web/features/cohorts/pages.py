"""The page of a cohort."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.web.features.cohorts.page_context import cohort_context
from app.web.features.cohorts.reader import READ_COHORT_PAGE, CohortReader
from app.web.http.identity.security import READ

PageNumber = Annotated[int, Parameter(ge=1, le=10**6)]


@get(
    "/jobs/{job_id:str}/cohort",
    include_in_schema=False,
    dependencies=READ_COHORT_PAGE,
    opt=READ,
)
async def cohort_page(
    cohort: CohortReader,
    page: PageNumber = 1,
    samples_page: PageNumber = 1,
    one: str = "",
    other: str = "",
) -> Template:
    """The page of a cohort: samples, the matrix as a heat map, and two groups compared.

    A standard that cannot be read is answered 400, with the cohort and a sentence beside it.
    """
    pair = (one, other) if one or other else None
    context = await cohort.read(
        lambda it: cohort_context(cohort.job, it, page=page, samples_page=samples_page, pair=pair)
    )
    status = HTTP_400_BAD_REQUEST if cohort.wanted.errors else HTTP_200_OK
    return Template("cohort/page.html", context=context, status_code=status)


HANDLERS = [cohort_page]
