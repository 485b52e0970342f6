"""Count the jobs by state and the waiting e-mails, and find the longest wait."""

from datetime import UTC, datetime
from typing import NamedTuple

from piccolo.query.functions.aggregate import Count, Min

from app.contract.tasks import JobState
from app.db.accounts.tables import Email
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import EmailState


class Queue(NamedTuple):
    """The jobs of all owners by state, and the number of waiting e-mails.

    ``oldest_s`` is the longest wait of a job in seconds; 0 if none waits.
    """

    jobs: dict[str, int]
    oldest_s: float
    letters: int


async def queue_now() -> Queue:
    """Return the current numbers of jobs and e-mails."""
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
    # SQLite returns the minimum of a time column as text.
    moment = datetime.fromisoformat(since) if isinstance(since, str) else since
    return max(0.0, (datetime.now(UTC) - moment).total_seconds())
