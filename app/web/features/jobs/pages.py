"""The pages of jobs; each works without JavaScript and is better with it."""

from dataclasses import fields
from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.contract.tasks import JobState
from app.db.data_retention.store import Retention
from app.db.jobs.lists.search import JobFilter, find_jobs
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.store import JobStore
from app.db.presets import PresetStore
from app.jobs.cancel import cancel_job as cancel
from app.jobs.delete import delete_job as delete_for_good
from app.jobs.rerun import rerun
from app.jobs.start import start_job as start
from app.jobs.submission import JobSubmission
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.progress.streams import key_of_owner
from app.storage import Folder
from app.web.features.attempts.views import history
from app.web.features.data_retention.views import kept_until
from app.web.features.jobs.browser_tab import tab
from app.web.features.presets.views import SETTINGS_FIELDS, library_choices, settings_context
from app.web.features.sharing.views import standing
from app.web.features.uploads.views import MOST_FILES
from app.web.forms.fields import SettingsForm
from app.web.forms.page_form import settings_in
from app.web.http.bodies.form_fields import refuse_unknown_fields
from app.web.http.identity.security import MANAGE, READ, SUBMIT, AnyRequest
from app.web.job_view import view
from app.web.streaming.progress_panel import ProgressPanel, panel_so_far
from app.web.wait_estimate import WaitEstimate
from app.web.words import ROLES

JOBS_AT_HOME = 5
SEE_OTHER: Literal[303] = 303


@get("/", include_in_schema=False, opt=READ)
async def home(request: AnyRequest, relay: Relay, presets: PresetStore) -> Template:
    """The start page, where users drop tables and choose settings."""
    owner = request.user.name
    after = await relay.streams.tip(key_of_owner(owner))
    recent = await find_jobs(JobFilter(), owner=owner, limit=JOBS_AT_HOME)
    return Template(
        "pages/home.html",
        context={
            **await settings_context(request.query_params, presets, owner=owner),
            "after": after,
            "jobs": [view(job) for job in recent],
            "most_files": MOST_FILES,
            "limit_mb": request.app.state.settings.upload_limit_bytes // 1_000_000,
        },
    )


@post("/jobs/example", include_in_schema=False, opt=SUBMIT)
async def submit_example(request: AnyRequest, submissions: JobSubmission) -> Redirect:
    """Analyze the example table."""
    job = await submissions.submit_example(owner=request.user.name)
    return Redirect(f"/jobs/{job.id}?watch=1", status_code=SEE_OTHER)


@get("/jobs/{job_id:str}", include_in_schema=False, opt=READ)
async def job_page(
    request: AnyRequest,
    job_id: str,
    relay: Relay,
    waiting: WaitEstimate,
    retention: Retention,
    storage: Folder,
    watch: bool = False,
) -> Template:
    """The page of a job while it runs; with ``watch`` it shows all events from the first."""
    job = await permitted(job_id, request.user.name)
    is_final = JobState(job.state).is_final
    panel = await panel_so_far(job, request.app, waiting, relay, storage)
    return Template(
        "pages/job.html",
        context={
            "job": await waiting.view(job),
            "panel": panel.render(),
            "first_panel": ProgressPanel(request.app).render(),
            "watch": watch,
            "is_live": watch or not is_final,
            "is_final": is_final,
            "standing": await standing(job, request.user),
            "history": await history(job, storage),
            "keeping": await kept_until(job, retention),
            "tab": tab(JobState(job.state), job.percentage),
            "roles": ROLES,
            **SETTINGS_FIELDS,
            "libraries": await library_choices(request.user.name),
        },
    )


@post("/jobs/{job_id:str}/delete", include_in_schema=False, opt=MANAGE)
async def delete_job(
    request: AnyRequest, job_id: str, jobs: JobStore, publisher: Publisher, storage: Folder
) -> Redirect:
    """Delete a job with all its data."""
    owned = await permitted(job_id, request.user.name, May.OWN)
    await delete_for_good(job_id, jobs, storage, publisher, owner=owned.owner, by=request.user.name)
    return Redirect("/jobs", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/cancel", include_in_schema=False, opt=MANAGE)
async def cancel_job(
    request: AnyRequest, job_id: str, jobs: JobStore, publisher: Publisher
) -> Redirect:
    """Cancel a queued or running job."""
    found = await permitted(job_id, request.user.name, May.EDIT)
    await cancel(job_id, jobs, publisher, owner=found.owner, by=request.user.name)
    return Redirect(f"/jobs/{job_id}", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/start", include_in_schema=False, opt=SUBMIT)
async def start_job(request: AnyRequest, job_id: str, submissions: JobSubmission) -> Redirect:
    """Start a failed or cancelled job again."""
    found = await permitted(job_id, request.user.name, May.EDIT)
    await start(job_id, submissions, owner=found.owner, by=request.user.name)
    return Redirect(f"/jobs/{job_id}?watch=1", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/rerun", include_in_schema=False, opt=SUBMIT)
async def rerun_job(request: AnyRequest, job_id: str, submissions: JobSubmission) -> Redirect:
    """Analyze a job's table again with other settings, as a new job."""
    refuse_unknown_fields(await request.form(), [field.name for field in fields(SettingsForm)])
    before = await permitted(job_id, request.user.name)
    form = settings_in(await request.form())
    job = await rerun(
        submissions,
        before,
        form.settings(),
        by=request.user.name,
        choices=form.choices_over(before),
    )
    return Redirect(f"/jobs/{job.id}?watch=1", status_code=SEE_OTHER)


HANDLERS = [home, submit_example, job_page, delete_job, cancel_job, start_job, rerun_job]
