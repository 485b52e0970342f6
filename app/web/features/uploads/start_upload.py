"""Starts pending uploads as jobs; an upload that is started again is rerun."""

from collections.abc import Sequence
from dataclasses import replace

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.contents.settings import kept_settings, settings_and_choices
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, set_priority
from app.jobs.errors import UploadError
from app.jobs.rerun import rerun
from app.jobs.submission import JobSubmission
from app.jobs.upload_files import upload_key
from app.web.features.uploads.pending_uploads import GONE, PendingUpload


async def start_uploads(
    uploads: Sequence[tuple[PendingUpload, ReadingChoices]],
    settings: AnalysisSettings,
    submissions: JobSubmission,
    *,
    priority: Priority = Priority.NORMAL,
) -> list[Job]:
    """Make a job of each pending upload of one owner, read as chosen: of all or of none.

    Several new jobs are a batch.

    An upload that was started before returns its job, or a rerun of that with other settings, with
    this priority.

    Raises:
        UploadError: An upload is gone.
        QuotaError: The owner would exceed a quota.
    """
    fresh = [(kept, choices) for kept, choices in uploads if kept.job_id is None]
    batch_id = new_job_id() if len(fresh) > 1 else None
    new = [
        replace(_new_job(kept, settings, choices), batch_id=batch_id, priority=priority)
        for kept, choices in fresh
    ]
    for (kept, _), job in zip(fresh, new, strict=True):
        await submissions.share_table(kept.key, job.upload_key, GONE)
    made = await submissions.add_all(new, instead_of=[kept.id for kept, _ in fresh]) if new else []
    jobs = iter(made)
    return [
        next(jobs)
        if kept.job_id is None
        else await _start_again(kept.job_id, kept.owner, settings, choices, submissions, priority)
        for kept, choices in uploads
    ]


def _new_job(kept: PendingUpload, settings: AnalysisSettings, choices: ReadingChoices) -> NewJob:
    return NewJob(
        id=(job_id := new_job_id()),
        owner=kept.owner,
        file_name=kept.file_name,
        upload_key=upload_key(job_id, kept.file_name),
        upload_bytes=kept.size_bytes,
        upload_sha256=kept.sha256,
        settings=kept_settings(settings.fields(), choices),
        idempotency_key=f"upload {kept.id}",
    )


async def _start_again(
    job_id: str,
    owner: str,
    settings: AnalysisSettings,
    choices: ReadingChoices,
    submissions: JobSubmission,
    priority: Priority,
) -> Job:
    try:
        before = await submissions.jobs.get(job_id, owner=owner)
    except JobNotFoundError:
        raise UploadError(GONE) from None
    if settings_and_choices(before) == (settings.fields(), choices):
        await set_priority([before], priority, by=owner)
        return before
    return await rerun(submissions, before, settings, by=owner, choices=choices, priority=priority)
