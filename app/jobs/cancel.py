"""Cancel jobs: a waiting job at once, a running job within seconds."""

from collections.abc import Sequence

from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import publish_cancelled, publish_missing_end
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


async def cancel_jobs(
    jobs: Sequence[Job], store: JobStore, publisher: Publisher, *, by: str
) -> dict[str, str]:
    """Cancel jobs, those that wait in one statement; return why others refuse, by their ids."""
    ended = await store.cancel_waiting([job.id for job in jobs], by=by)
    await publish_cancelled(ended, store, publisher)
    done, refused = {job.id for job in ended}, {}
    for job in jobs:
        if job.id not in done:
            try:
                await cancel_job(job.id, store, publisher, owner=job.owner, by=by)
            except (JobConflictError, JobNotFoundError) as error:
                refused[job.id] = str(error)
    return refused
