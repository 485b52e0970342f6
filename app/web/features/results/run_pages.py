"""The pages and the API of a run: its files, its record and its audit trail."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import Parameter
from litestar.response import Redirect, Stream, Template

from app.analysis.reporting.formats.record_lines import record_lines
from app.db.jobs.audit import Entry, trail_of
from app.db.jobs.shares import permitted
from app.db.jobs.store import JobConflictError, JobNotFoundError, JobStore
from app.db.jobs.tables import Job
from app.jobs.rerun import repeat
from app.jobs.submission import Intake
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.export_maker import Exports
from app.web.features.results.export_source import FORMATS
from app.web.features.results.exports import disposition, require_format
from app.web.features.results.records import Check, check, record_of
from app.web.features.results.report import content_security_policy
from app.web.http.problems import problems
from app.web.http.reader import while_reader_waits
from app.web.http.security import READ, SUBMIT, User
from app.web.http.sent_file import sent_file
from app.web.job_view import JobView, view

AnyRequest = Request[User, Any, Any]
FormatName = Annotated[
    str,
    Parameter(
        query="format",
        description=f"One of {', '.join(FORMATS)}.",
        schema_extra={"enum": list(FORMATS)},
    ),
]


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a job, oldest first; it is kept when the job is deleted."""

    entries: list[Entry]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """A job and those that refit it with overrides, by version."""

    versions: list[JobView]


@get(
    "/api/v1/jobs/{job_id:str}/export",
    tags=["results"],
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def export_job(
    request: AnyRequest,
    job_id: str,
    exports: Exports,
    format_name: FormatName = "csv",
) -> Stream:
    """A finished job as a file: its rows, or all of it, by the format.

    The first request makes the file, later ones get the same.
    """
    kind = require_format(format_name)
    job = await permitted(job_id, request.user.name)
    making = exports.open_export(job, kind, user=request.user.name)
    file = await while_reader_waits(request, making)
    is_report = kind.suffix == "html"
    headers = {"Content-Disposition": disposition(job, kind, inline=is_report)}
    if is_report:
        headers["Content-Security-Policy"] = content_security_policy()
    return sent_file(file, kind.media_type, headers)


@get("/api/v1/jobs/{job_id:str}/record", tags=["results"], responses=problems(404, 409), opt=READ)
async def show_record(request: AnyRequest, job_id: str, storage: Folder) -> dict[str, Any]:
    """The record of the run: its table, settings, overrides, software, times and result."""
    job = await permitted(job_id, request.user.name)
    return await sync_to_thread(record_of, job, storage)


@get("/api/v1/jobs/{job_id:str}/check", tags=["results"], responses=problems(404, 409), opt=READ)
async def check_result(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Check:
    """Whether the stored rows are those of the record, and equal to those it was run again from."""
    job = await permitted(job_id, request.user.name)
    before = await _before(job, request.user.name)
    return await threads.run(request.user.name, check, job, before, storage)


@get("/api/v1/jobs/{job_id:str}/audit", tags=["jobs"], responses=problems(404), opt=READ)
async def show_audit(request: AnyRequest, job_id: str) -> Trail:
    """Who did what to a job, and when; also of one that was deleted."""
    entries = await _trail(job_id, request.user.name)
    if not entries:
        raise JobNotFoundError(f"There is no job {job_id}.")
    return Trail(entries=entries)


@get("/api/v1/jobs/{job_id:str}/versions", tags=["jobs"], responses=problems(404), opt=READ)
async def list_versions(request: AnyRequest, job_id: str, jobs: JobStore) -> Versions:
    """The versions of a job that are there, the first one first."""
    job = await permitted(job_id, request.user.name)
    return Versions(versions=[view(each) for each in await jobs.versions(job)])


@get("/jobs/{job_id:str}/record", include_in_schema=False, opt=READ)
async def record_page(
    request: AnyRequest, job_id: str, jobs: JobStore, storage: Folder, threads: FairThreads
) -> Template:
    """The record, the check of the result, the versions and the audit trail."""
    job = await permitted(job_id, request.user.name)
    context: dict[str, Any] = {"record": None, "missing": "", "check": None}
    try:
        context["record"] = await sync_to_thread(record_of, job, storage)
        before = await _before(job, request.user.name)
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
            "trail": await _trail(job_id, request.user.name),
        },
    )


@post("/jobs/{job_id:str}/repeat", include_in_schema=False, opt=SUBMIT)
async def repeat_job(request: AnyRequest, job_id: str, intake: Intake) -> Redirect:
    """Run a job again exactly, as a new job."""
    before = await permitted(job_id, request.user.name)
    job = await repeat(intake, before, by=request.user.name)
    return Redirect(f"/jobs/{job.id}?watch=1", status_code=303)


async def _trail(job_id: str, user: str) -> list[Entry]:
    """What was done to a job that a user sees, or to one of theirs that was deleted."""
    try:
        await permitted(job_id, user)
    except JobNotFoundError:
        return await trail_of(job_id, owner=user)
    return await trail_of(job_id, owner=None)


async def _before(job: Job, user: str) -> Job | None:
    """The job that this one was run again from, while it is there for a user."""
    if not job.rerun_of:
        return None
    try:
        return await permitted(job.rerun_of, user)
    except JobNotFoundError:
        return None


HANDLERS = [
    export_job,
    show_record,
    check_result,
    show_audit,
    list_versions,
    record_page,
    repeat_job,
]
