"""Actions of administrators on the jobs of any user; the audit trail names the administrator."""

from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.cancel import cancel_job
from app.jobs.start import start_job
from app.jobs.submission import JobSubmission


async def cancel_for(job_id: str, submissions: JobSubmission, *, by: str) -> Job:
    """Cancel a job of any owner.

    Raises:
        JobNotFoundError: There is no such job.
        JobConflictError: The job has ended.
    """
    owner = await _owner(submissions.jobs, job_id)
    return await cancel_job(job_id, submissions.jobs, submissions.publisher, owner=owner, by=by)


async def retry_for(job_id: str, submissions: JobSubmission, *, by: str) -> Job:
    """Start a failed or cancelled job of any owner again.

    Raises:
        JobNotFoundError: There is no such job.
        JobConflictError: The job is running or has succeeded.
    """
    owner = await _owner(submissions.jobs, job_id)
    return await start_job(job_id, submissions, owner=owner, by=by)


async def _owner(jobs: JobStore, job_id: str) -> str:
    return str((await jobs.get(job_id)).owner)
