"""What is done to many jobs at once: each by itself, and told by its name where it cannot be."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from app.contract.tasks import JobState
from app.db.data_retention.store import pin
from app.db.jobs.quotas import QuotaError
from app.db.jobs.shares import May, NotPermittedError, permitted
from app.db.jobs.store import JobConflictError, JobNotFoundError
from app.db.jobs.tables import Job
from app.jobs.cancel import cancel_job
from app.jobs.delete import delete_job
from app.jobs.start import start_job
from app.jobs.submission import JobSubmission
from app.web.http.errors import QueryError

MOST_AT_ONCE = 500
WAITS_ALREADY = "It waits for a worker already."


class Refused(NamedTuple):
    """A job to which something could not be done; one that is gone goes by its id."""

    name: str
    why: str


class ChosenJobs(NamedTuple):
    """The jobs that were chosen and are there, and those that are not."""

    jobs: list[Job]
    refused: list[Refused]


class Outcome(NamedTuple):
    """The names of the jobs to which it was done, and the others."""

    done: list[str]
    refused: list[Refused]


async def chosen(job_ids: Iterable[str], may: May, *, by: str) -> ChosenJobs:
    """The jobs of some ids with which somebody may do so much, their own and shared ones.

    Raises:
        QueryError: there are none, or too many.
    """
    wanted = list(dict.fromkeys(job_ids))
    if not wanted:
        raise QueryError("No job is chosen. Go back and tick at least one.")
    if len(wanted) > MOST_AT_ONCE:
        raise QueryError(f"{len(wanted):,} jobs are chosen; choose at most {MOST_AT_ONCE}.")
    found, refused = [], []
    for job_id in wanted:
        try:
            found.append(await permitted(job_id, by, may))
        except JobNotFoundError as error:
            refused.append(Refused(job_id, str(error)))
        except NotPermittedError as error:
            refused.append(Refused(error.file_name, str(error)))
    return ChosenJobs(found, refused)


async def apply_to_all(
    action: str, those: ChosenJobs, submissions: JobSubmission, *, by: str
) -> Outcome:
    """Do one of ``ACTIONS`` to each job; the audit trail says who did."""
    done, refused = [], [*those.refused]
    for job in those.jobs:
        try:
            await ACTIONS[action].do(job, submissions, by)
        except (JobConflictError, JobNotFoundError, QuotaError) as error:
            refused.append(Refused(job.file_name, str(error)))
        else:
            done.append(job.file_name)
    return Outcome(done, refused)


async def _cancel(job: Job, submissions: JobSubmission, by: str) -> None:
    await cancel_job(job.id, submissions.jobs, submissions.publisher, owner=job.owner, by=by)


async def _start(job: Job, submissions: JobSubmission, by: str) -> None:
    if job.state == JobState.QUEUED:
        raise JobConflictError(WAITS_ALREADY)
    await start_job(job.id, submissions, owner=job.owner, by=by)


async def _delete(job: Job, submissions: JobSubmission, by: str) -> None:
    await delete_job(
        job.id, submissions.jobs, submissions.storage, submissions.publisher, owner=job.owner, by=by
    )


async def _keep(job: Job, _: JobSubmission, __: str) -> None:
    await pin(job, pinned=True)


async def _release(job: Job, _: JobSubmission, __: str) -> None:
    await pin(job, pinned=False)


class Action(NamedTuple):
    """What is done to a job, by whom, and what one must be allowed for it: share and scope."""

    do: Callable[[Job, JobSubmission, str], Awaitable[None]]
    may: May
    scope: str = "manage"


ACTIONS = {
    "cancel": Action(_cancel, May.EDIT),
    "start": Action(_start, May.EDIT, "submit"),
    "delete": Action(_delete, May.OWN),
    "keep": Action(_keep, May.OWN),
    "release": Action(_release, May.OWN),
}
