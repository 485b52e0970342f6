"""The API of cohorts: samples, the matrix, two groups compared, and files of these."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Stream

from app.web.features.cohorts.exports import (
    COMPARISON,
    CSV,
    MEDIA_TYPES,
    TABLES,
    export_name,
    open_export,
)
from app.web.features.cohorts.query import ONE, OTHER
from app.web.features.cohorts.reader import READ_COHORT, CohortReader
from app.web.features.cohorts.views import (
    CohortSamples,
    GroupComparison,
    Matrix,
    comparison_view,
    matrix_view,
    samples_view,
)
from app.web.http.answers.paging import Limit, Offset
from app.web.http.answers.sent_file import saved_as, sent_file
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ

TABLE = Parameter(
    description="Which table a CSV has; XLSX has all of them.",
    schema_extra={"enum": [*TABLES, COMPARISON]},
)
FORMAT = Parameter(query="format", schema_extra={"enum": list(MEDIA_TYPES)})


@get(
    "/api/v1/jobs/{job_id:str}/cohort",
    tags=["cohorts"],
    dependencies=READ_COHORT,
    responses=problems(404, 409),
    opt=READ,
)
async def list_samples(cohort: CohortReader) -> CohortSamples:
    """List the samples of a cohort: role, group, calls, totals, drift and composition."""
    return CohortSamples(samples=await cohort.read(samples_view))


@get(
    "/api/v1/jobs/{job_id:str}/cohort/matrix",
    tags=["cohorts"],
    dependencies=READ_COHORT,
    responses=problems(404, 409),
    opt=READ,
)
async def show_matrix(
    cohort: CohortReader,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Matrix:
    """Show the matrix of species by sample, with the mean and variation of each group.

    A cell without a value has the state that says why. Missing values are never taken for zero.
    """
    return await cohort.read(
        lambda it: matrix_view(it, it.samples["sample"].to_list(), limit=limit, offset=offset)
    )


@get(
    "/api/v1/jobs/{job_id:str}/cohort/comparison",
    tags=["cohorts"],
    dependencies=READ_COHORT,
    responses=problems(404, 409),
    opt=READ,
)
async def compare_two_groups(
    cohort: CohortReader,
    one: Annotated[str, ONE] = "",
    other: Annotated[str, OTHER] = "",
) -> GroupComparison:
    """Compare two groups of samples: fold change, effect size, interval and adjusted p.

    A species with fewer than three values in a group is not tested, and its note says so.
    """
    pair = (one, other) if one or other else None
    return await cohort.read(lambda it: comparison_view(it, *(pair or it.usual_pair())))


@get(
    "/api/v1/jobs/{job_id:str}/cohort/export",
    tags=["cohorts"],
    dependencies=READ_COHORT,
    responses=problems(404, 409),
    opt=READ,
)
async def export_cohort(
    cohort: CohortReader,
    table: Annotated[str, TABLE] = "matrix",
    kind: Annotated[str, FORMAT] = CSV,
    one: Annotated[str, ONE] = "",
    other: Annotated[str, OTHER] = "",
) -> Stream:
    """Download a table of a cohort as CSV, or all of them as one XLSX workbook."""
    file = await cohort.read(lambda it: open_export(it, table, kind, (one, other)))
    name = export_name(cohort.job, table, kind)
    return sent_file(file, MEDIA_TYPES[kind], saved_as(name))


HANDLERS = [list_samples, show_matrix, compare_two_groups, export_cohort]
