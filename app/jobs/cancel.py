"""Cancel a job: a waiting job at once, a running job within seconds."""

from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import publish_missing_end
from app.progress.publisher import Publisher


async def cancel_job(
    job_id: str, jobs: JobStore, publisher: Publisher, *, owner: str, by: str
) -> Job:
    """Cancel an owner's job; the audit trail records ``by``.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job has ended.
    """
    job = await jobs.cancel(job_id, owner=owner, by=by)
    await publish_missing_end(job, jobs, publisher)
    return job
