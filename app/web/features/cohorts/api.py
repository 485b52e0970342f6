"""The API of cohorts: samples, the matrix, two groups compared, and files of these."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Stream

from app.db.jobs.shares import permitted
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.cohorts.cohort import cohort_of
from app.web.features.cohorts.exports import (
    COMPARISON,
    CSV,
    MEDIA_TYPES,
    TABLES,
    export_name,
    open_export,
)
from app.web.features.cohorts.query import ONE, OTHER, CohortQuery, cohort_query
from app.web.features.cohorts.views import (
    CohortSamples,
    GroupComparison,
    Matrix,
    comparison_view,
    matrix_view,
    samples_view,
)
from app.web.http.paging import Limit, Offset
from app.web.http.problems import problems
from app.web.http.security import READ, User
from app.web.http.sent_file import sent_file

AnyRequest = Request[User, Any, Any]
WANTED = {"wanted": Provide(cohort_query)}
TABLE = Parameter(
    description="Which table a CSV has; XLSX has all of them.",
    schema_extra={"enum": [*TABLES, COMPARISON]},
)
FORMAT = Parameter(query="format", schema_extra={"enum": list(MEDIA_TYPES)})


@get(
    "/api/v1/jobs/{job_id:str}/cohort",
    tags=["cohorts"],
    dependencies=WANTED,
    responses=problems(404, 409),
    opt=READ,
)
async def list_samples(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads, wanted: CohortQuery
) -> CohortSamples:
    """List the samples of a cohort: role, group, calls, totals, drift and composition."""
    job = await permitted(job_id, request.user.name)

    def read() -> CohortSamples:
        return CohortSamples(samples=samples_view(cohort_of(job, storage, wanted)))

    return await threads.run(request.user.name, read)


@get(
    "/api/v1/jobs/{job_id:str}/cohort/matrix",
    tags=["cohorts"],
    dependencies=WANTED,
    responses=problems(404, 409),
    opt=READ,
)
async def show_matrix(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    wanted: CohortQuery,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Matrix:
    """Show the matrix of species by sample, with the mean and variation of each group.

    A cell without a value has the state that says why. Missing values are never taken for zero.
    """
    job = await permitted(job_id, request.user.name)

    def read() -> Matrix:
        cohort = cohort_of(job, storage, wanted)
        names = cohort.samples["sample"].to_list()
        return matrix_view(cohort, names, limit=limit, offset=offset)

    return await threads.run(request.user.name, read)


@get(
    "/api/v1/jobs/{job_id:str}/cohort/comparison",
    tags=["cohorts"],
    dependencies=WANTED,
    responses=problems(404, 409),
    opt=READ,
)
async def compare_two_groups(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    wanted: CohortQuery,
    one: Annotated[str, ONE] = "",
    other: Annotated[str, OTHER] = "",
) -> GroupComparison:
    """Compare two groups of samples: fold change, effect size, interval and adjusted p.

    A species with fewer than three values in a group is not tested, and its note says so.
    """
    job = await permitted(job_id, request.user.name)

    def read() -> GroupComparison:
        cohort = cohort_of(job, storage, wanted)
        pair = (one, other) if one or other else cohort.usual_pair()
        return comparison_view(cohort, *pair)

    return await threads.run(request.user.name, read)


@get(
    "/api/v1/jobs/{job_id:str}/cohort/export",
    tags=["cohorts"],
    dependencies=WANTED,
    responses=problems(404, 409),
    opt=READ,
)
async def export_cohort(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    wanted: CohortQuery,
    table: Annotated[str, TABLE] = "matrix",
    kind: Annotated[str, FORMAT] = CSV,
    one: Annotated[str, ONE] = "",
    other: Annotated[str, OTHER] = "",
) -> Stream:
    """Download a table of a cohort as CSV, or all of them as one XLSX workbook."""
    job = await permitted(job_id, request.user.name)

    def write() -> Any:  # noqa: ANN401 - a binary file
        return open_export(cohort_of(job, storage, wanted), table, kind, (one, other))

    file = await threads.run(request.user.name, write)
    name = export_name(job, table, kind)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return sent_file(file, MEDIA_TYPES[kind], headers)


HANDLERS = [list_samples, show_matrix, compare_two_groups, export_cohort]
