"""Start a failed or cancelled job again."""

from app.db.jobs.tables import Job
from app.jobs.submission import Intake


async def start_job(job_id: str, intake: Intake, *, owner: str, by: str) -> Job:
    """Queue an owner's failed or cancelled job again and wake a worker for it.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job is running or has succeeded.
    """
    return await intake.wake_worker(await intake.jobs.queue_again(job_id, owner=owner, by=by))
