"""The actions on many jobs: each is a command on one job, which is done or refused alone."""

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple, TypeAlias

from app.contract.tasks import JobState
from app.db.data_retention.store import pin
from app.db.jobs.bulk_actions import RefusedJob
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.labels import LabelError, add_and_remove_tags
from app.db.jobs.quotas import QuotaError
from app.db.jobs.shares import May, NotPermittedError, permitted
from app.db.jobs.tables import Job
from app.jobs.cancel import cancel_job
from app.jobs.delete import delete_job
from app.jobs.start import start_job
from app.jobs.submission import JobSubmission

ActionName = Literal["cancel", "start", "delete", "keep", "release", "tag", "untag"]
Tags: TypeAlias = tuple[str, ...]

WAITS_ALREADY = "The job already waits for a worker."
REFUSALS = (JobConflictError, JobNotFoundError, QuotaError, LabelError)


async def job_or_refusal(job_id: str, may: May, *, by: str) -> Job | RefusedJob:
    """The job, or why a user may not act on it."""
    try:
        return await permitted(job_id, by, may)
    except JobNotFoundError as error:
        return RefusedJob(job_id, str(error))
    except NotPermittedError as error:
        return RefusedJob(error.file_name, str(error))


async def apply_action(
    action: str, job: Job, submissions: JobSubmission, *, by: str, tags: Tags = ()
) -> RefusedJob | None:
    """Apply one of ``ACTIONS`` to a job, or return why not; the audit trail names the user."""
    try:
        await ACTIONS[action].do(job, submissions, by, tags)
    except REFUSALS as error:
        return RefusedJob(job.file_name, str(error))
    return None


async def _cancel(job: Job, submissions: JobSubmission, by: str, _: Tags) -> None:
    await cancel_job(job.id, submissions.jobs, submissions.publisher, owner=job.owner, by=by)


async def _start(job: Job, submissions: JobSubmission, by: str, _: Tags) -> None:
    if job.state == JobState.QUEUED:
        raise JobConflictError(WAITS_ALREADY)
    await start_job(job.id, submissions, owner=job.owner, by=by)


async def _delete(job: Job, submissions: JobSubmission, by: str, _: Tags) -> None:
    await delete_job(
        job.id, submissions.jobs, submissions.storage, submissions.publisher, owner=job.owner, by=by
    )


async def _keep(job: Job, _: JobSubmission, __: str, ___: Tags) -> None:
    await pin(job, pinned=True)


async def _release(job: Job, _: JobSubmission, __: str, ___: Tags) -> None:
    await pin(job, pinned=False)


async def _tag(job: Job, _: JobSubmission, by: str, tags: Tags) -> None:
    await add_and_remove_tags(job, by=by, add=tags)


async def _untag(job: Job, _: JobSubmission, by: str, tags: Tags) -> None:
    await add_and_remove_tags(job, by=by, remove=tags)


class Action(NamedTuple):
    """The function of an action, with the permission and the scope that it needs."""

    do: Callable[[Job, JobSubmission, str, Tags], Awaitable[None]]
    may: May
    scope: str = "manage"


ACTIONS: dict[str, Action] = {
    "cancel": Action(_cancel, May.EDIT),
    "start": Action(_start, May.EDIT, "submit"),
    "delete": Action(_delete, May.OWN),
    "keep": Action(_keep, May.OWN),
    "release": Action(_release, May.OWN),
    "tag": Action(_tag, May.EDIT),
    "untag": Action(_untag, May.EDIT),
}
# The actions that need tags.
TAGGING = ("tag", "untag")
