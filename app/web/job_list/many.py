"""What is done to many jobs at once: each by itself, and told by its name where it cannot be."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, TypeAlias

from app.contract.tasks import JobState
from app.db.jobs import JobConflictError, JobNotFoundError
from app.db.retention import pin
from app.db.tables import Job
from app.endings import remove_job, tell_end
from app.web.errors import QueryError
from app.web.submit import Intake

MOST_AT_ONCE = 500
WAITS_ALREADY = "It waits for a worker already."


class Refused(NamedTuple):
    """A job to which something could not be done; one that is gone goes by its id."""

    name: str
    why: str


class Chosen(NamedTuple):
    """The jobs that were chosen and are there, and those that are not."""

    jobs: list[Job]
    refused: list[Refused]


class Outcome(NamedTuple):
    """The names of the jobs to which it was done, and the others."""

    done: list[str]
    refused: list[Refused]


async def chosen(job_ids: Iterable[str], *, owner: str, intake: Intake) -> Chosen:
    """The jobs of some ids.

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
            found.append(await intake.jobs.get(job_id, owner=owner))
        except JobNotFoundError as error:
            refused.append(Refused(job_id, str(error)))
    return Chosen(found, refused)


async def do_to_all(action: str, those: Chosen, intake: Intake) -> Outcome:
    """Do one of ``ACTIONS`` to each job."""
    done, refused = [], [*those.refused]
    for job in those.jobs:
        try:
            await ACTIONS[action](job, intake)
        except (JobConflictError, JobNotFoundError) as error:
            refused.append(Refused(job.file_name, str(error)))
        else:
            done.append(job.file_name)
    return Outcome(done, refused)


async def _cancel(job: Job, intake: Intake) -> None:
    cancelled = await intake.jobs.cancel(job.id, owner=job.owner)
    await tell_end(cancelled, intake.jobs, intake.publisher)


async def _start(job: Job, intake: Intake) -> None:
    if job.state == JobState.QUEUED:
        raise JobConflictError(WAITS_ALREADY)
    await intake.wake_worker(await intake.jobs.queue_again(job.id, owner=job.owner))


async def _delete(job: Job, intake: Intake) -> None:
    deleted = await intake.jobs.delete(job.id, owner=job.owner)
    await remove_job(deleted, intake.storage, intake.publisher)


async def _keep(job: Job, _: Intake) -> None:
    await pin(job, pinned=True)


async def _release(job: Job, _: Intake) -> None:
    await pin(job, pinned=False)


Action: TypeAlias = Callable[[Job, Intake], Awaitable[None]]
ACTIONS: dict[str, Action] = {
    "cancel": _cancel,
    "start": _start,
    "delete": _delete,
    "keep": _keep,
    "release": _release,
}
