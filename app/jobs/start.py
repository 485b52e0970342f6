"""Start failed or cancelled jobs again."""

from collections.abc import Sequence

from app.contract.tasks import JobState
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.quotas.checks import QuotaError
from app.db.jobs.tables import Job
from app.jobs.completion import publish_missing_end
from app.jobs.submission import JobSubmission

WAITS_ALREADY = "The job already waits for a worker."


async def start_job(job_id: str, submissions: JobSubmission, *, owner: str, by: str) -> Job:
    """Queue an owner's failed or cancelled job again and wake a worker for it.

    Raises:
        JobNotFoundError: there is no such job.
        JobConflictError: the job is running or has succeeded.
        QuotaError: the owner or the user would exceed a quota.
    """
    await _tell_end(await submissions.jobs.get(job_id, owner=owner), submissions)
    return await submissions.wake_worker(
        await submissions.jobs.queue_again(job_id, owner=owner, by=by)
    )


async def _tell_end(job: Job, submissions: JobSubmission) -> None:
    """Publish the last event of a job now, if its worker has not yet.

    If it came after the job is queued again, clients would take it for the end of the new run.
    """
    await publish_missing_end(job, submissions.jobs, submissions.publisher)


async def start_jobs(jobs: Sequence[Job], submissions: JobSubmission, *, by: str) -> dict[str, str]:
    """Start jobs again, those of an owner in one transaction; return why others refuse, by id."""
    refused: dict[str, str] = {}
    for owner in dict.fromkeys(job.owner for job in jobs):
        theirs = [job for job in jobs if job.owner == owner]
        refused |= await _start_jobs_of(owner, theirs, submissions, by)
    return refused


async def _start_jobs_of(
    owner: str, jobs: Sequence[Job], submissions: JobSubmission, by: str
) -> dict[str, str]:
    ids = [job.id for job in jobs]
    for job in jobs:
        await _tell_end(job, submissions)
    try:
        queued = await submissions.jobs.queue_all_again(ids, owner=owner, by=by)
    except QuotaError:  # some of them may still be within the quotas
        queued = []
    await submissions.wake_workers(queued)
    done = {job.id for job in queued}
    why = [(job.id, await _start_alone(job, submissions, by)) for job in jobs if job.id not in done]
    return {job_id: sentence for job_id, sentence in why if sentence}


async def _start_alone(job: Job, submissions: JobSubmission, by: str) -> str:
    """Start a job that was not started with others, and return why it refuses, or nothing."""
    if job.state == JobState.QUEUED:
        return WAITS_ALREADY
    try:
        await start_job(job.id, submissions, owner=job.owner, by=by)
    except (JobConflictError, JobNotFoundError, QuotaError) as error:
        return str(error)
    return ""
