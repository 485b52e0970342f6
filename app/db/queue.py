"""How many jobs there are in each state, and how long the first of them has waited."""

from datetime import UTC, datetime
from typing import NamedTuple

from piccolo.query.functions.aggregate import Count, Min

from app.contract.tasks import JobState
from app.db.tables import Job


class Queue(NamedTuple):
    """Jobs of all owners by state; the age in seconds of the one that waits longest, 0 without."""

    jobs: dict[str, int]
    oldest_s: float


async def queue_now() -> Queue:
    """The jobs as they stand."""
    rows = await Job.select(Job.state, Count(alias="jobs")).group_by(Job.state)
    waiting = Job.state == JobState.QUEUED
    (oldest,) = await Job.select(Min(Job.queued_at, alias="since")).where(waiting)
    return Queue({row["state"]: row["jobs"] for row in rows}, _age_s(oldest["since"]))


def _age_s(since: "datetime | str | None") -> float:
    if since is None:
        return 0.0
    # SQLite gives the least of a column as the text it is kept as.
    moment = datetime.fromisoformat(since) if isinstance(since, str) else since
    return max(0.0, (datetime.now(UTC) - moment).total_seconds())
