"""Which rows of a result people decided by hand, for the top of its page and for its table."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.analysis.overrides.apply import NOT_APPLIED
from app.analysis.overrides.override import Override
from app.contract.tasks import JobState
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.sharing.permission import NotPermittedError, permitted
from app.db.jobs.tables import Job

# Rows are linked by their numbers if there are at most so many; an address has no room for more.
MOST_LINKED = 100


class HandDecisions(NamedTuple):
    """The rows whose assignment, and whose anchor, a person decided, as far as it was applied."""

    calls: frozenset[int]
    anchors: frozenset[int]

    @property
    def sentence(self) -> str:
        """How many there are; empty without any."""
        parts = [
            f"{len(rows):,} {noun}{'' if len(rows) == 1 else 's'}"
            for rows, noun in ((self.calls, "assignment"), (self.anchors, "anchor"))
            if rows
        ]
        is_one = len(self.calls) + len(self.anchors) == 1
        return f"{' and '.join(parts)} {'was' if is_one else 'were'} decided by hand."

    @property
    def filter(self) -> dict[str, str]:
        """The fields of the filter that shows these rows."""
        rows = sorted(self.calls | self.anchors)
        if len(rows) > MOST_LINKED:
            return {"rule": "0"}
        return {"rows": ",".join(map(str, rows))}


def hand_decisions(overrides: Iterable[Override], summary: Mapping[str, Any]) -> HandDecisions:
    """The overrides that the run applied."""
    warnings = summary.get("warnings", ())
    left_out = {row for it in warnings if it["code"] == NOT_APPLIED for row in it["rows"]}
    applied = [each for each in overrides if each.row not in left_out]
    return HandDecisions(
        calls=frozenset(each.row for each in applied if each.call is not None),
        anchors=frozenset(each.row for each in applied if each.anchor is not None),
    )


async def first_version_of(job: Job, user: str) -> str | None:
    """The first version of a job if this is a later one and the first has a result."""
    return await _with_result(job.version_of, user) if job.version_of else None


async def version_before(job: Job, user: str) -> str | None:
    """The version from which a job was refitted, if it is a refit and that has a result."""
    return await _with_result(job.rerun_of, user) if job.version_of and job.rerun_of else None


async def _with_result(job_id: str, user: str) -> str | None:
    try:
        job = await permitted(job_id, user)
    except (JobNotFoundError, NotPermittedError):
        return None
    return job.id if job.state == JobState.SUCCEEDED else None
