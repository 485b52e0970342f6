"""The pages of a result: its rows, the data of its plots, each row, and the record."""

from functools import partial
from typing import Annotated, Any

from litestar import get, post
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.analysis.overrides.override import is_usable
from app.analysis.reporting.formats.record_lines import record_lines
from app.analysis.settings import DEFAULT_SETTINGS
from app.db.jobs.contents.settings import settings_and_choices
from app.db.jobs.errors import JobConflictError
from app.db.jobs.sharing.permission import may_edit, permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.rerun import repeat
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.address import Address, PlotView, TableView, plot_view, table_view
from app.web.features.results.amounts import read_standards
from app.web.features.results.downloads.job_export import file_stem
from app.web.features.results.explanation import parts, why
from app.web.features.results.filters.form import FilterForm, filter_form
from app.web.features.results.filters.parameters import row_filter
from app.web.features.results.filters.row_filter import HIGHEST_ROW, RowFilter
from app.web.features.results.hand_decisions import first_version_of, version_before
from app.web.features.results.override_view import by_hand
from app.web.features.results.page_context import result_context
from app.web.features.results.plots.composition import Share, composition
from app.web.features.results.plots.distribution import Distribution, distribution
from app.web.features.results.plots.family import Family, family
from app.web.features.results.plots.scatter import HEIGHTS, ScatterPlot, scatter_plot
from app.web.features.results.records import audit_trail_of, check, record_of, run_before
from app.web.features.results.rows import result_of
from app.web.features.results.unconfirmed import unconfirmed_as
from app.web.http.identity.security import READ, SUBMIT, AnyRequest, User
from app.web.job_view import view

RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]
FILTERED = {"which": Provide(row_filter)}
PLOTTED = FILTERED | {"drawn": Provide(plot_view)}
VIEWED = {
    "filled_in": Provide(filter_form),
    "drawn": Provide(plot_view),
    "table": Provide(table_view),
}


@get("/jobs/{job_id:str}/result", include_in_schema=False, dependencies=VIEWED, opt=READ)
async def result_page(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    filled_in: FilterForm,
    table: TableView,
    drawn: PlotView,
    row: RowNumber | None = None,
) -> Template:
    """The page of the rows with summary and plots; with ``row`` the page that contains it.

    A field of the filter that cannot be read is answered 400, with the result and a sentence beside
    the field.
    """
    job = await permitted(job_id, request.user.name)
    address = Address(filled_in.which, table, drawn)
    result = result_of(job, storage)
    context = await threads.run(request.user.name, result_context, job, result, address, row)
    may = await _permissions(job, request.user)
    may["first_version"] = await first_version_of(job, request.user.name)
    may["version_before"] = await version_before(job, request.user.name)
    typed = {"typed": filled_in.typed, "filter_errors": filled_in.errors}
    is_wrong = bool(filled_in.errors or context.get("standard_errors"))
    return Template(
        "pages/result.html",
        context=context | may | typed,
        status_code=HTTP_400_BAD_REQUEST if is_wrong else HTTP_200_OK,
    )


@get("/jobs/{job_id:str}/chart.json", include_in_schema=False, dependencies=PLOTTED, opt=READ)
async def chart(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    which: RowFilter,
    drawn: PlotView,
) -> ScatterPlot | Distribution | list[Share]:
    """The data of a plot of the rows that match the filter."""
    result = result_of(await permitted(job_id, request.user.name), storage)
    if drawn.plot in HEIGHTS:
        return await threads.run(request.user.name, scatter_plot, result, which, drawn)
    if drawn.plot == "distribution":
        return await threads.run(request.user.name, distribution, result, which)
    standards = read_standards([drawn.standard])["standards"]
    return await threads.run(request.user.name, composition, result, which, standards)


@get("/jobs/{job_id:str}/rows/{row:int}", include_in_schema=False, opt=READ)
async def row_page(
    request: AnyRequest, job_id: str, row: RowNumber, storage: Folder, threads: FairThreads
) -> Template:
    """The explanation of a row's call: a page of its own, or a fragment below the row for htmx."""
    job = await permitted(job_id, request.user.name)
    result, user = result_of(job, storage), request.user.name
    found = await threads.run(user, why, result, job_id, row, await by_hand(job, row))
    likely = (await threads.run(user, result.probabilities, [row])).get(row)
    is_part = "hx-request" in request.headers
    may = await _permissions(job, request.user)
    return Template(
        "fragments/why.html" if is_part else "pages/row.html",
        context={
            "job": view(job),
            "why": found,
            "parts": parts,
            "is_part": is_part,
            "probabilities": likely,
            "file_stem": file_stem(job),
            **may,
        },
        headers={"Vary": "HX-Request"},
    )


@get("/jobs/{job_id:str}/rows/{row:int}/family.json", include_in_schema=False, opt=READ)
async def family_chart(
    request: AnyRequest, job_id: str, row: RowNumber, storage: Folder, threads: FairThreads
) -> Family:
    """The data of the plot of a parent with its fragments."""
    job = await permitted(job_id, request.user.name)
    return await threads.run(request.user.name, family, result_of(job, storage), row)


async def _permissions(job: Job, user: User) -> dict[str, Any]:
    """What a template needs to know which rows the user may override, and what others are."""
    may = not user.is_viewer and await may_edit(job, user.name)
    settings, _ = settings_and_choices(job)
    tolerance = settings.get("mz_tolerance_ppm", DEFAULT_SETTINGS.mz_tolerance_ppm)
    named = partial(unconfirmed_as, mz_tolerance_ppm=tolerance)
    return {"may_edit": may, "is_usable": is_usable, "unconfirmed_as": named}


@get("/jobs/{job_id:str}/record", include_in_schema=False, opt=READ)
async def record_page(
    request: AnyRequest, job_id: str, jobs: JobStore, storage: Folder, threads: FairThreads
) -> Template:
    """The page of the record, the check of the result, the versions and the audit trail."""
    job = await permitted(job_id, request.user.name)
    context: dict[str, Any] = {"record": None, "missing": "", "check": None}
    try:
        context["record"] = await threads.run(request.user.name, record_of, job, storage)
        before = await run_before(job, request.user.name)
        context["check"] = await threads.run(request.user.name, check, job, before, storage)
    except JobConflictError as error:
        context["missing"] = str(error)
    return Template(
        "pages/record.html",
        context={
            **context,
            "job": view(job),
            "lines": list(record_lines(context["record"] or {})),
            "versions": [view(each) for each in await jobs.versions(job)],
            "trail": await audit_trail_of(job_id, request.user.name),
        },
    )


@post("/jobs/{job_id:str}/repeat", include_in_schema=False, opt=SUBMIT)
async def repeat_job(request: AnyRequest, job_id: str, submissions: JobSubmission) -> Redirect:
    """Repeat a job exactly, as a new job."""
    before = await permitted(job_id, request.user.name)
    job = await repeat(submissions, before, by=request.user.name)
    return Redirect(f"/jobs/{job.id}?watch=1", status_code=303)


HANDLERS = [result_page, chart, row_page, family_chart, record_page, repeat_job]
