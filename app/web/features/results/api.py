"""The API of results: rows, models, exports, records, audit trail and versions."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, get
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Stream

from app.db.jobs.audit import Entry
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.shares import permitted
from app.db.jobs.store import JobStore
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.amounts import entered_amounts
from app.web.features.results.columns import SORTABLE, require_column
from app.web.features.results.explanation import Why, why
from app.web.features.results.export_maker import AS_FOUND, Exports
from app.web.features.results.export_process import Amounts
from app.web.features.results.export_source import FORMATS
from app.web.features.results.exports import (
    ALL_ROWS,
    disposition,
    require_format,
    require_rows_format,
)
from app.web.features.results.filter_parameters import row_filter
from app.web.features.results.override_view import by_hand
from app.web.features.results.records import Check, audit_trail_of, check, record_of, run_before
from app.web.features.results.report import content_security_policy
from app.web.features.results.row_filter import HIGHEST_ROW, RowFilter
from app.web.features.results.row_schema import Model, Row, kinds_of
from app.web.features.results.rows import result_of
from app.web.http.errors import QueryError
from app.web.http.paging import Cursor, Limit, Offset, cursor_at, place_of
from app.web.http.problems import problems
from app.web.http.reader import while_reader_waits
from app.web.http.security import READ, User
from app.web.http.sent_file import sent_file
from app.web.job_view import JobView, view

NO_QUANTITIES = "The format {} has no quantities; leave out standard and isotopes."

AnyRequest = Request[User, Any, Any]


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a result; ``total`` counts all that match the filter.

    ``columns`` has the type of each cell: integer, number, string or boolean, or null.
    ``next`` is the address of the following rows, and null on the last page.
    """

    total: int
    columns: dict[str, str]
    rows: list[Row]
    next: str | None


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The retention models of a result, by prefix; ``columns`` as for rows."""

    columns: dict[str, str]
    models: list[Model]


@get(
    "/api/v1/jobs/{job_id:str}/rows",
    tags=["rows"],
    dependencies={"which": Provide(row_filter)},
    responses=problems(404, 409),
    opt=READ,
)
async def list_rows(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    which: RowFilter,
    sort: Annotated[
        str,
        Parameter(
            description="A column; descending after a -.",
            schema_extra={"enum": [*SORTABLE, *(f"-{name}" for name in SORTABLE)]},
        ),
    ] = "row",
    limit: Limit = 1000,
    offset: Offset = 0,
    cursor: Cursor = None,
) -> Rows:
    """List the rows of a result with call, reason, parent, prediction and confidence.

    Follow ``next`` for all of them: no row is repeated or left out. A cursor is refused if the job
    was started again since, or with another filter or order.
    """
    require_column(sort.removeprefix("-"), SORTABLE)
    if cursor is not None and offset:
        raise QueryError("Send a cursor or an offset, not both.")
    job = await permitted(job_id, request.user.name)
    result = result_of(job, storage)
    listed = (job.result_key, vars(which), sort)
    begin = offset if cursor is None else place_of(cursor, of=listed)
    total = await threads.run(request.user.name, result.count, which)
    found = await threads.run(
        request.user.name, result.page, which, limit=limit, offset=begin, sort=sort
    )
    end = begin + len(found)
    more = cursor_at(end, of=listed) if found and end < total else None
    rows = msgspec.convert(found, list[Row])
    following = _next(request, more) if more else None
    return Rows(total=total, columns=kinds_of(Row), rows=rows, next=following)


@get("/api/v1/jobs/{job_id:str}/models", tags=["rows"], responses=problems(404, 409), opt=READ)
async def list_models(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Models:
    """List the retention model of each prefix: its equation and how well it fits."""
    job = await permitted(job_id, request.user.name)
    found = await threads.run(request.user.name, result_of(job, storage).models)
    return Models(columns=kinds_of(Model), models=msgspec.convert(found, list[Model]))


def _next(request: AnyRequest, cursor: str) -> str:
    """The address of this request, continued at a cursor."""
    given = request.query_params.multi_items()
    kept = [(name, value) for name, value in given if name not in ("cursor", "offset")]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


FormatName = Annotated[
    str,
    Parameter(
        query="format",
        description=f"One of {', '.join(FORMATS)}.",
        schema_extra={"enum": list(FORMATS)},
    ),
]


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """The actions on a job, oldest first; they are kept after the job is deleted."""

    entries: list[Entry]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of a job, in order."""

    versions: list[JobView]


@get(
    "/api/v1/jobs/{job_id:str}/export",
    tags=["results"],
    dependencies={"which": Provide(row_filter), "amounts": Provide(entered_amounts)},
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def export_job(
    request: AnyRequest,
    job_id: str,
    exports: Exports,
    which: RowFilter,
    amounts: Amounts,
    format_name: FormatName = "csv",
) -> Stream:
    """Export a finished job as a file: its rows or everything, depending on the format.

    The first request makes the file, later ones get the same file. With a filter, as for the list
    of rows, csv, xlsx, json and parquet have the rows that match. Formats with quantities use
    ``standard`` and ``isotopes``; others refuse them.
    """
    kind = require_format(format_name)
    if amounts != AS_FOUND and not kind.has_quantities:
        raise QueryError(NO_QUANTITIES.format(kind.name))
    is_part = which != ALL_ROWS
    if is_part:
        require_rows_format(kind)
    job = await permitted(job_id, request.user.name)
    user = request.user.name
    making = (
        exports.open_rows(job, kind, which, user=user)
        if is_part
        else exports.open_export(job, kind, amounts, user=user)
    )
    file = await while_reader_waits(request, making)
    is_report = kind.suffix == "html"
    headers = {"Content-Disposition": disposition(job, kind, inline=is_report, is_part=is_part)}
    if is_report:
        headers["Content-Security-Policy"] = content_security_policy()
    return sent_file(file, kind.media_type, headers)


@get("/api/v1/jobs/{job_id:str}/record", tags=["results"], responses=problems(404, 409), opt=READ)
async def show_record(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> dict[str, Any]:
    """Show the record of the run: its table, settings, overrides, software, times and result."""
    job = await permitted(job_id, request.user.name)
    return await threads.run(request.user.name, record_of, job, storage)


@get("/api/v1/jobs/{job_id:str}/check", tags=["results"], responses=problems(404, 409), opt=READ)
async def check_result(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Check:
    """Check that the stored rows match the record, and equal those of the job that was repeated."""
    job = await permitted(job_id, request.user.name)
    before = await run_before(job, request.user.name)
    return await threads.run(request.user.name, check, job, before, storage)


@get("/api/v1/jobs/{job_id:str}/audit", tags=["jobs"], responses=problems(404), opt=READ)
async def show_audit(request: AnyRequest, job_id: str) -> Trail:
    """List who did what to a job, and when, also for a deleted job."""
    entries = await audit_trail_of(job_id, request.user.name)
    if not entries:
        raise JobNotFoundError(f"There is no job {job_id}.")
    return Trail(entries=entries)


@get("/api/v1/jobs/{job_id:str}/versions", tags=["jobs"], responses=problems(404), opt=READ)
async def list_versions(request: AnyRequest, job_id: str, jobs: JobStore) -> Versions:
    """List the existing versions of a job, oldest first."""
    job = await permitted(job_id, request.user.name)
    return Versions(versions=[view(each) for each in await jobs.versions(job)])


RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]


@get(
    "/api/v1/jobs/{job_id:str}/rows/{row:int}",
    tags=["rows"],
    responses=problems(404, 409),
    opt=READ,
)
async def show_row(
    request: AnyRequest, job_id: str, row: RowNumber, storage: Folder, threads: FairThreads
) -> Why:
    """Explain the call of a row: each rule's sentence, its parent and its fragments."""
    job = await permitted(job_id, request.user.name)
    override = await by_hand(job, row)
    return await threads.run(request.user.name, why, result_of(job, storage), job_id, row, override)


HANDLERS = [
    list_rows,
    list_models,
    show_row,
    export_job,
    show_record,
    check_result,
    show_audit,
    list_versions,
]
