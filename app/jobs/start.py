"""Start a failed or cancelled job again."""

from app.db.jobs.tables import Job
from app.jobs.submission import JobSubmission


async def start_job(job_id: str, submissions: JobSubmission, *, owner: str, by: str) -> Job:
    """Queue an owner's failed or cancelled job again and wake a worker for it.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job is running or has succeeded.
    """
    return await submissions.wake_worker(
        await submissions.jobs.queue_again(job_id, owner=owner, by=by)
    )
