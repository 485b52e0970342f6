"""The actions on many jobs: each is a command on one job, which is done or refused alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from app.db.data_retention.store import pin
from app.db.jobs.changes.bulk_actions import RefusedJob
from app.db.jobs.contents.labels import add_and_remove_tags
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.sharing.permission import May, NotPermittedError, permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, set_priority
from app.db.reviews.keeping import why_kept
from app.jobs.cancel import cancel_jobs
from app.jobs.delete import delete_jobs
from app.jobs.start import start_jobs
from app.jobs.submission import JobSubmission

ActionName = Literal[
    "cancel",
    "start",
    "delete",
    "keep",
    "release",
    "tag",
    "untag",
    "priority-high",
    "priority-normal",
    "priority-low",
]
Tags: TypeAlias = tuple[str, ...]
# Why jobs refuse an action, by their ids.
Why: TypeAlias = dict[str, str]
Do: TypeAlias = Callable[[Sequence[Job], JobSubmission, str, Tags], Awaitable[Why]]

# So many jobs are changed at once: one of them costs a fraction of a statement, and
# others who write to the database wait for milliseconds only.
TOGETHER = 100


async def jobs_and_refusals(
    job_ids: Sequence[str], may: May, *, by: str
) -> tuple[list[Job], list[RefusedJob]]:
    """The jobs that a user may act on, and why not on the others."""
    own = {job.id: job for job in await JobStore().own(job_ids, owner=by)}
    found = [own.get(each) or await _job_or_refusal(each, may, by=by) for each in job_ids]
    return (
        [each for each in found if isinstance(each, Job)],
        [each for each in found if isinstance(each, RefusedJob)],
    )


async def _job_or_refusal(job_id: str, may: May, *, by: str) -> Job | RefusedJob:
    """The job, or why a user may not act on it."""
    try:
        return await permitted(job_id, by, may)
    except JobNotFoundError as error:
        return RefusedJob(job_id, str(error))
    except NotPermittedError as error:
        return RefusedJob(error.file_name, str(error))


async def apply_action(
    action: str, jobs: Sequence[Job], submissions: JobSubmission, *, by: str, tags: Tags = ()
) -> Why:
    """Apply one of ``ACTIONS`` to jobs, and return why some refuse it.

    The audit trail names the user.
    """
    return await ACTIONS[action].do(jobs, submissions, by, tags) if jobs else {}


def refusals(jobs: Sequence[Job], why: Why) -> list[RefusedJob]:
    """Return the jobs that refused an action, by name."""
    return [RefusedJob(job.file_name, why[job.id]) for job in jobs if job.id in why]


async def _cancel(jobs: Sequence[Job], submissions: JobSubmission, by: str, _: Tags) -> Why:
    return await cancel_jobs(jobs, submissions.jobs, submissions.publisher, by=by)


async def _start(jobs: Sequence[Job], submissions: JobSubmission, by: str, _: Tags) -> Why:
    return await start_jobs(jobs, submissions, by=by)


async def _delete(jobs: Sequence[Job], submissions: JobSubmission, by: str, _: Tags) -> Why:
    parts = (submissions.jobs, submissions.storage, submissions.publisher)
    ids = [job.id for job in jobs]
    kept = await why_kept(ids)
    deleted = await delete_jobs(ids, *parts, owner=by, by=by)
    return {each: f"There is no job {each}." for each in ids if each not in deleted} | kept


async def _keep(jobs: Sequence[Job], _: JobSubmission, __: str, ___: Tags) -> Why:
    await pin(*jobs, pinned=True)
    return {}


async def _release(jobs: Sequence[Job], _: JobSubmission, __: str, ___: Tags) -> Why:
    await pin(*jobs, pinned=False)
    return {}


async def _tag(jobs: Sequence[Job], _: JobSubmission, by: str, tags: Tags) -> Why:
    return await add_and_remove_tags(jobs, by=by, add=tags)


async def _untag(jobs: Sequence[Job], _: JobSubmission, by: str, tags: Tags) -> Why:
    return await add_and_remove_tags(jobs, by=by, remove=tags)


def _prioritize(priority: Priority) -> Do:
    async def set_all(jobs: Sequence[Job], _: JobSubmission, by: str, __: Tags) -> Why:
        await set_priority(jobs, priority, by=by)
        return {}

    return set_all


class Action(NamedTuple):
    """The function of an action, with the permission and the scope that it needs."""

    do: Do
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
    **{f"priority-{each}": Action(_prioritize(each), May.EDIT) for each in Priority},
}
# The actions that need tags.
TAGGING = ("tag", "untag")
