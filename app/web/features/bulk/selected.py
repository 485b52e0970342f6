"""Actions on the jobs that are selected on a page, with those that were refused."""

from collections.abc import Iterable
from typing import NamedTuple

from app.db.jobs.changes.bulk_actions import RefusedJob
from app.db.jobs.sharing.permission import May
from app.db.jobs.tables import Job
from app.jobs.actions import Tags, apply_action, jobs_and_refusals, refusals
from app.jobs.submission import JobSubmission
from app.web.http.faults.errors import QueryError

MOST_AT_ONCE = 500


class SelectedJobs(NamedTuple):
    """The selected jobs that were found, and those that were refused."""

    jobs: list[Job]
    refused: list[RefusedJob]


class Outcome(NamedTuple):
    """The names of the jobs that the action was applied to, and the refused ones."""

    done: list[str]
    refused: list[RefusedJob]


async def selected_jobs(job_ids: Iterable[str], may: May, *, by: str) -> SelectedJobs:
    """The jobs with these ids on which a user has this permission, their own and shared ones.

    Raises:
        QueryError: No job is selected, or too many are.
    """
    wanted = list(dict.fromkeys(job_ids))
    if not wanted:
        raise QueryError("No job is selected. Go back and tick at least one.")
    if len(wanted) > MOST_AT_ONCE:
        raise QueryError(f"{len(wanted):,} jobs are selected; select at most {MOST_AT_ONCE}.")
    return SelectedJobs(*await jobs_and_refusals(wanted, may, by=by))


async def apply_to_selected(
    action: str, selected: SelectedJobs, submissions: JobSubmission, *, by: str, tags: Tags = ()
) -> Outcome:
    """Apply one of ``ACTIONS`` to the selected jobs."""
    why = await apply_action(action, selected.jobs, submissions, by=by, tags=tags)
    done = [job.file_name for job in selected.jobs if job.id not in why]
    return Outcome(done, [*selected.refused, *refusals(selected.jobs, why)])
