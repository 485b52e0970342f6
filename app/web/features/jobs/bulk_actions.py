"""Actions on many jobs at once: each job succeeds or fails alone, and failures are listed."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, TypeAlias

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
from app.web.http.errors import QueryError

Tags: TypeAlias = tuple[str, ...]

MOST_AT_ONCE = 500
WAITS_ALREADY = "The job already waits for a worker."


class ChosenJobs(NamedTuple):
    """The selected jobs that were found, and those that were refused."""

    jobs: list[Job]
    refused: list[RefusedJob]


class Outcome(NamedTuple):
    """The names of the jobs that the action was applied to, and the refused ones."""

    done: list[str]
    refused: list[RefusedJob]


async def chosen(job_ids: Iterable[str], may: May, *, by: str) -> ChosenJobs:
    """The jobs with these ids on which a user has this permission, their own and shared ones.

    Raises:
        QueryError: No job is selected, or too many are.
    """
    wanted = list(dict.fromkeys(job_ids))
    if not wanted:
        raise QueryError("No job is selected. Go back and tick at least one.")
    if len(wanted) > MOST_AT_ONCE:
        raise QueryError(f"{len(wanted):,} jobs are selected; select at most {MOST_AT_ONCE}.")
    found, refused = [], []
    for job_id in wanted:
        try:
            found.append(await permitted(job_id, by, may))
        except JobNotFoundError as error:
            refused.append(RefusedJob(job_id, str(error)))
        except NotPermittedError as error:
            refused.append(RefusedJob(error.file_name, str(error)))
    return ChosenJobs(found, refused)


async def apply_to_all(
    action: str, those: ChosenJobs, submissions: JobSubmission, *, by: str, tags: Tags = ()
) -> Outcome:
    """Apply one of ``ACTIONS`` to each job; the audit trail names the user."""
    done, refused = [], [*those.refused]
    for job in those.jobs:
        try:
            await ACTIONS[action].do(job, submissions, by, tags)
        except (JobConflictError, JobNotFoundError, QuotaError, LabelError) as error:
            refused.append(RefusedJob(job.file_name, str(error)))
        else:
            done.append(job.file_name)
    return Outcome(done, refused)


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


ACTIONS = {
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
