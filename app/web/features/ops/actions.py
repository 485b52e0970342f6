"""What an administrator does to a job of anybody; the audit trail names the administrator."""

from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import tell_end
from app.jobs.submission import Intake


async def cancel_for(job_id: str, intake: Intake, *, by: str) -> Job:
    """Cancel a job, whoever owns it.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job has ended.
    """
    jobs = intake.jobs
    job = await jobs.cancel(job_id, owner=await _owner(jobs, job_id), by=by)
    await tell_end(job, jobs, intake.publisher)
    return job


async def retry_for(job_id: str, intake: Intake, *, by: str) -> Job:
    """Start a failed or cancelled job again, whoever owns it.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job runs or is done.
    """
    owner = await _owner(intake.jobs, job_id)
    return await intake.wake_worker(await intake.jobs.queue_again(job_id, owner=owner, by=by))


async def _owner(jobs: JobStore, job_id: str) -> str:
    return str((await jobs.get(job_id)).owner)
