"""What an account uses of its quotas now: jobs that wait or run, storage, and submissions."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app.contract.tasks import JobState
from app.db.engine.transaction import is_postgresql
from app.db.jobs.quotas.limits import running_jobs, started_jobs
from app.db.jobs.tables import Job

HOUR = timedelta(hours=1)

STORAGE = """
    SELECT (SELECT COALESCE(SUM(upload_bytes + COALESCE(result_bytes, 0)), 0)
            FROM job WHERE owner = {})
         + (SELECT COALESCE(SUM(bytes), 0)
            FROM pending_upload WHERE owner = {} AND expires_at > {}) AS bytes
"""
# From the audit trail, which keeps submissions after their jobs are deleted. A job made from
# another job has a second entry there, with its own id as ``as``.
SUBMISSIONS = """
    FROM audit WHERE who = {{}} AND at > {{}}
    AND what IN ('submitted', 'rerun', 'override', 'queued again') AND {made} IS NULL
"""
MADE_ON_SQLITE = "json_extract(detail, '$.as')"
MADE_ON_POSTGRESQL = "detail::jsonb ->> 'as'"


class Usage(NamedTuple):
    """The usage of an account; ``submissions`` are those of the last hour."""

    waiting_jobs: int
    storage_bytes: int
    submissions: int
    running_jobs: int
    started_jobs: int


async def usage_of(owner: str) -> Usage:
    """Return the current usage of an owner."""
    counts = f"SELECT {running_jobs('{}')} AS running, {started_jobs('{}')} AS started"
    (row,) = await Job.raw(counts, owner, owner)
    return Usage(
        await waiting_jobs(owner),
        await storage_bytes(owner),
        await submissions_of(owner),
        row["running"],
        row["started"],
    )


async def waiting_jobs(owner: str) -> int:
    """Return how many jobs of an owner wait."""
    is_waiting = (Job.owner == owner) & (Job.state == JobState.QUEUED.value)
    return int(await Job.count().where(is_waiting))


async def storage_bytes(owner: str) -> int:
    """Return the bytes of the files of an owner, with uploads that wait to be started."""
    (row,) = await Job.raw(STORAGE, owner, owner, datetime.now(UTC))
    return int(row["bytes"])


async def submissions_of(by: str) -> int:
    """Return how many jobs a user submitted within the last hour."""
    (row,) = await Job.raw(f"SELECT COUNT(*) AS number {_submitted()}", by, _an_hour_ago())
    return int(row["number"])


async def seconds_until_expired(by: str, number: int) -> int:
    """Return the seconds until the ``number`` oldest submissions are older than an hour."""
    query = f"SELECT at {_submitted()} ORDER BY at LIMIT 1 OFFSET {{}}"
    (row,) = await Job.raw(query, by, _an_hour_ago(), number - 1)
    left = row["at"] + HOUR - datetime.now(UTC)
    return max(1, int(left.total_seconds()) + 1)


def _submitted() -> str:
    return SUBMISSIONS.format(made=MADE_ON_POSTGRESQL if is_postgresql() else MADE_ON_SQLITE)


def _an_hour_ago() -> datetime | str:
    """Return the time an hour ago; on SQLite as a text in the format of the audit trigger."""
    moment = datetime.now(UTC) - HOUR
    return moment if is_postgresql() else moment.isoformat(timespec="milliseconds")
