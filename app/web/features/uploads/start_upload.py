"""How an upload that was kept becomes a job, and what it becomes when it is started again."""

from app.analysis.settings import AnalysisSettings
from app.db.jobs.settings import kept_settings, settings_and_mapping
from app.db.jobs.store import JobNotFoundError, NewJob, new_job_id
from app.db.jobs.tables import Job
from app.jobs.errors import UploadError
from app.jobs.rerun import rerun
from app.jobs.submission import Intake
from app.jobs.upload_files import upload_key
from app.web.features.uploads.pending_uploads import GONE, Kept


async def start_upload(
    kept: Kept, settings: AnalysisSettings, mapping: dict[str, str], intake: Intake
) -> Job:
    """Make a job of an upload that was kept.

    Started again it answers with its job, or by other settings with a rerun of that.

    Raises:
        UploadError: the upload is gone.
    """
    if kept.job_id is not None:
        return await _start_again(kept.job_id, kept.owner, settings, mapping, intake)
    new = NewJob(
        id=(job_id := new_job_id()),
        owner=kept.owner,
        file_name=kept.file_name,
        upload_key=upload_key(job_id, kept.file_name),
        upload_bytes=kept.size_bytes,
        upload_sha256=kept.sha256,
        settings=kept_settings(vars(settings), mapping),
        idempotency_key=f"upload {kept.id}",
    )
    await intake.share_table(kept.key, new.upload_key, GONE)
    return await intake.add(new)


async def _start_again(
    job_id: str,
    owner: str,
    settings: AnalysisSettings,
    mapping: dict[str, str],
    intake: Intake,
) -> Job:
    try:
        before = await intake.jobs.get(job_id, owner=owner)
    except JobNotFoundError:
        raise UploadError(GONE) from None
    if settings_and_mapping(before) == (vars(settings), mapping):
        return before
    return await rerun(intake, before, settings, by=owner, mapping=mapping)
