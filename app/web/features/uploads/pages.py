"""The pages of uploads: preview tables, choose columns and settings, and start the jobs."""

from typing import Literal
from urllib.parse import urlencode

from litestar import get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.response import Redirect, Template

from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority
from app.db.presets import PresetStore
from app.jobs.errors import UploadError
from app.jobs.submission import JobSubmission
from app.web.features.presets.views import settings_context
from app.web.features.uploads.cohorts import start_cohort
from app.web.features.uploads.pending_uploads import PendingUpload, PendingUploads
from app.web.features.uploads.question_check import QuestionCheck
from app.web.features.uploads.start_upload import start_uploads
from app.web.features.uploads.views import MOST_FILES, UploadPreviews, preview_context
from app.web.forms.page_form import (
    COHORT,
    COHORT_NAME,
    TOGETHER,
    choices_in,
    fields_to_keep,
    refuse_unknown_in,
    settings_in,
)
from app.web.forms.priority import PRIORITY, chosen_priority
from app.web.http.answers.reader import while_reader_waits
from app.web.http.identity.security import READ, SUBMIT, AnyRequest

SEE_OTHER: Literal[303] = 303


@post("/preview", include_in_schema=False, status_code=200, opt=SUBMIT)
async def preview_uploads(
    request: AnyRequest, uploads: PendingUploads, previews: UploadPreviews
) -> Template | Redirect:
    """Store the files of the form and show their previews, as a fragment or on a page."""
    form = await request.form()
    refuse_unknown_in(form)
    ids = [kept.id for kept in await keep_files(form, uploads, owner=request.user.name)]
    ids = ids or form.getall("upload", [])
    if not ids:
        raise UploadError("Choose a peak table first.")
    if "HX-Request" in request.headers:
        looks = await while_reader_waits(request, previews.of(ids, form, owner=request.user.name))
        return Template("fragments/previews.html", context=preview_context(looks, form))
    others = [(name, text) for name, text in fields_to_keep(form) if name != "upload"]
    address = urlencode([*(("upload", upload_id) for upload_id in ids), *others])
    return Redirect(f"/preview?{address}", status_code=SEE_OTHER)


@get("/preview", include_in_schema=False, opt=READ)
async def show_preview(
    request: AnyRequest, previews: UploadPreviews, presets: PresetStore
) -> Template:
    """The page of pending uploads, with their previews and the form that starts them."""
    query = request.query_params
    owner = request.user.name
    ids = query.getall("upload", [])
    looks = await while_reader_waits(request, previews.of(ids, query, owner=owner))
    context = await settings_context(query, presets, owner=owner)
    return Template("pages/preview.html", context=preview_context(looks, query) | context)


@post("/jobs", include_in_schema=False, opt=SUBMIT)
async def start(
    request: AnyRequest,
    uploads: PendingUploads,
    submissions: JobSubmission,
    question_check: QuestionCheck,
    previews: UploadPreviews,
) -> Redirect:
    """Start a job for each upload of the form, or one cohort of all."""
    form, owner = await request.form(), request.user.name
    refuse_unknown_in(form)
    settings = settings_in(form).settings()
    priority = chosen_priority(form.get(PRIORITY, Priority.NORMAL))
    chosen = [(it, choices_in(form, it.id)) for it in await _uploads_of(form, uploads, owner)]
    for it, choices in chosen:
        await question_check.check(it.key, choices, file_name=it.file_name)
    for it, choices in chosen:
        await previews.keep_choices(it, choices)
    if form.get(TOGETHER) == COHORT and len(chosen) > 1:
        name = form.get(COHORT_NAME, "")
        job = await start_cohort(
            chosen, settings, submissions, uploads, name=name, priority=priority
        )
        return Redirect(_page_of([job]), status_code=SEE_OTHER)
    jobs = await start_uploads(chosen, settings, submissions, priority=priority)
    for (it, _), job in zip(chosen, jobs, strict=True):
        await uploads.let_go(it, job_id=job.id)
    return Redirect(_page_of(jobs), status_code=SEE_OTHER)


async def _uploads_of(
    form: FormMultiDict, uploads: PendingUploads, owner: str
) -> list[PendingUpload]:
    """The files of a form, or the pending uploads that it names.

    Raises:
        UploadError: There are none, or too many, or one is empty or gone.
    """
    kept = await keep_files(form, uploads, owner=owner)
    kept = kept or [await uploads.get(it, owner=owner) for it in form.getall("upload", [])]
    if not kept:
        raise UploadError("Choose a peak table first.")
    return kept


def _page_of(jobs: list[Job]) -> str:
    """The page that shows the progress of new jobs: of the one, or of their batch."""
    if len(jobs) == 1:
        return f"/jobs/{jobs[0].id}?watch=1"
    batches = {job.batch_id for job in jobs}
    return (
        f"/jobs?batch={jobs[0].batch_id}" if len(batches) == 1 and None not in batches else "/jobs"
    )


async def keep_files(
    form: FormMultiDict, uploads: PendingUploads, *, owner: str
) -> list[PendingUpload]:
    """Store the files of a form as pending uploads.

    Raises:
        UploadError: There are too many files, or one is empty.
    """
    chosen = [it for it in form.getall("file", []) if isinstance(it, UploadFile) and it.filename]
    if len(chosen) > MOST_FILES:
        raise UploadError(f"These are {len(chosen)} files; choose at most {MOST_FILES} at a time.")
    return [await uploads.keep(file, owner=owner) for file in chosen]


HANDLERS = [preview_uploads, show_preview, start]
