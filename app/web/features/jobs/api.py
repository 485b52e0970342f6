"""The API of jobs: list, show, start, rerun, cancel and delete."""

from dataclasses import fields

import msgspec
from litestar import Response, delete, get, post

from app.db.jobs.lists.search import count_jobs, find_jobs
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority
from app.jobs.cancel import cancel_job as cancel
from app.jobs.delete import delete_job as delete_for_good
from app.jobs.rerun import rerun
from app.jobs.start import start_job as start
from app.jobs.submission import JobSubmission
from app.progress.publisher import Publisher
from app.storage import Folder
from app.web.forms.fields import SettingsForm
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, SUBMIT, AnyRequest
from app.web.job_filters.job_query import IN_API, JobQuery
from app.web.job_view import Accepted, IdempotencyKey, JobView, accepted, analysis_settings, view
from app.web.wait_estimate import WaitEstimate


class OtherSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings to change in a rerun; omitted ones stay as they were.

    ``priority`` is high, normal or low; without it a rerun of one's own job keeps the priority.
    """

    r2_threshold: float | None = None
    outlier_threshold: float | None = None
    rt_tolerance: float | None = None
    mz_tolerance_ppm: float | None = None
    blank_factor: float | None = None
    data_type: str | None = None
    library: str | None = None
    decimal: str | None = None
    rt_unit: str | None = None
    priority: Priority | None = None

    def over(self, job: Job) -> SettingsForm:
        """The settings of a job with these changes."""
        before = analysis_settings(job)
        names = [field.name for field in fields(SettingsForm)]
        given = {name: getattr(self, name) for name in names}
        changed = {name: value for name, value in given.items() if value is not None}
        return SettingsForm(**before | changed)


class Jobs(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the caller's jobs; ``total`` counts all that match the filter."""

    total: int
    jobs: list[JobView]


@get(
    "/api/v1/jobs",
    tags=["jobs"],
    dependencies=IN_API,
    responses=problems(),
    opt=READ,
)
async def list_jobs(
    request: AnyRequest, wanted: JobQuery, limit: Limit = 50, offset: Offset = 0
) -> Jobs:
    """List the caller's jobs that match the filter, newest first unless sorted otherwise."""
    owner, which = request.user.name, wanted.which
    found = await find_jobs(which, owner=owner, sort=wanted.sort, limit=limit, offset=offset)
    return Jobs(total=await count_jobs(which, owner=owner), jobs=[view(job) for job in found])


@get("/api/v1/jobs/{job_id:str}", tags=["jobs"], responses=problems(404), opt=READ)
async def show_job(request: AnyRequest, job_id: str, waiting: WaitEstimate) -> JobView:
    """Show one job: its state, its settings and its result."""
    return await waiting.view(await permitted(job_id, request.user.name))


@post(
    "/api/v1/jobs/{job_id:str}/start",
    status_code=202,
    tags=["jobs"],
    responses=problems(404, 409, 429),
    opt=SUBMIT,
)
async def start_job(
    request: AnyRequest, job_id: str, submissions: JobSubmission
) -> Response[Accepted]:
    """Start a failed job again, or wake a worker for a queued one; 409 if it runs or succeeded."""
    found = await permitted(job_id, request.user.name, May.EDIT)
    job = await start(job_id, submissions, owner=found.owner, by=request.user.name)
    return accepted(view(job))


@post(
    "/api/v1/jobs/{job_id:str}/rerun",
    status_code=202,
    tags=["jobs"],
    responses=problems(404, 422, 429, 507),
    opt=SUBMIT,
)
async def rerun_job(
    request: AnyRequest,
    job_id: str,
    data: OtherSettings,
    submissions: JobSubmission,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Analyze a job's table again with other settings, as a new job that is deleted separately."""
    before = await permitted(job_id, request.user.name)
    form = data.over(before)
    job = await rerun(
        submissions,
        before,
        form.settings(),
        by=request.user.name,
        choices=form.choices_over(before),
        priority=data.priority,
        idempotency_key=idempotency_key,
    )
    return accepted(view(job))


@post(
    "/api/v1/jobs/{job_id:str}/cancel",
    status_code=202,
    tags=["jobs"],
    responses=problems(404, 409),
    opt=MANAGE,
)
async def cancel_job(
    request: AnyRequest, job_id: str, jobs: JobStore, publisher: Publisher
) -> JobView:
    """Cancel a job: a queued one at once, a running one within 2 s; 409 if it has ended."""
    found = await permitted(job_id, request.user.name, May.EDIT)
    job = await cancel(job_id, jobs, publisher, owner=found.owner, by=request.user.name)
    return view(job)


@delete("/api/v1/jobs/{job_id:str}", tags=["jobs"], responses=problems(404), opt=MANAGE)
async def delete_job(
    request: AnyRequest, job_id: str, jobs: JobStore, publisher: Publisher, storage: Folder
) -> None:
    """Delete a job with its upload, result and events; a running analysis is stopped."""
    owned = await permitted(job_id, request.user.name, May.OWN)
    await delete_for_good(job_id, jobs, storage, publisher, owner=owned.owner, by=request.user.name)


HANDLERS = [list_jobs, show_job, start_job, rerun_job, cancel_job, delete_job]
