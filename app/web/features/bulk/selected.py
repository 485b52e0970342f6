"""Actions on the jobs that are selected on a page, with those that were refused."""

from collections.abc import Iterable
from typing import NamedTuple

from app.db.jobs.bulk_actions import RefusedJob
from app.db.jobs.shares import May
from app.db.jobs.tables import Job
from app.jobs.actions import Tags, apply_action, job_or_refusal
from app.jobs.submission import JobSubmission
from app.web.http.errors import QueryError

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
    found = [await job_or_refusal(job_id, may, by=by) for job_id in wanted]
    return SelectedJobs(
        [each for each in found if not isinstance(each, RefusedJob)],
        [each for each in found if isinstance(each, RefusedJob)],
    )


async def apply_to_selected(
    action: str, selected: SelectedJobs, submissions: JobSubmission, *, by: str, tags: Tags = ()
) -> Outcome:
    """Apply one of ``ACTIONS`` to each selected job."""
    done, refused = [], [*selected.refused]
    for job in selected.jobs:
        if why := await apply_action(action, job, submissions, by=by, tags=tags):
            refused.append(why)
        else:
            done.append(job.file_name)
    return Outcome(done, refused)
