"""What waits: jobs by state, how long the first of them has waited, and letters."""

from datetime import UTC, datetime
from typing import NamedTuple

from piccolo.query.functions.aggregate import Count, Min

from app.contract.tasks import JobState
from app.db.accounts.tables import Email
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import EmailState


class Queue(NamedTuple):
    """Jobs of all owners by state, and the letters that are to be sent.

    ``oldest_s`` is how long, in seconds, the job has waited that waits longest; 0 without one.
    """

    jobs: dict[str, int]
    oldest_s: float
    letters: int


async def queue_now() -> Queue:
    """Jobs and letters as they stand."""
    rows = await Job.select(Job.state, Count(alias="jobs")).group_by(Job.state)
    waiting = Job.state == JobState.QUEUED
    (oldest,) = await Job.select(Min(Job.queued_at, alias="since")).where(waiting)
    letters = await Email.count().where(Email.state == EmailState.WAITING)
    return Queue(
        jobs={row["state"]: row["jobs"] for row in rows},
        oldest_s=_age_s(oldest["since"]),
        letters=int(letters),
    )


def _age_s(since: "datetime | str | None") -> float:
    if since is None:
        return 0.0
    # SQLite gives the least of a column as the text it is kept as.
    moment = datetime.fromisoformat(since) if isinstance(since, str) else since
    return max(0.0, (datetime.now(UTC) - moment).total_seconds())
