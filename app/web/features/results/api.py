"""The API of what is known of a result: its record, check, audit trail and versions."""

from typing import Any

import msgspec
from litestar import get

from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import Entry
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.store import JobStore
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.records import Check, audit_trail_of, check, record_of, run_before
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest
from app.web.job_view import JobView, view


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """The actions on a job, oldest first; they are kept after the job is deleted."""

    entries: list[Entry]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of a job, in order."""

    versions: list[JobView]


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


HANDLERS = [show_record, check_result, show_audit, list_versions]
