"""The quotas of an account: waiting jobs, storage, and submissions within an hour.

Two more are limits in the queue, beyond which jobs wait; the claim keeps them, see ``limits.py``.

A change is made first and then checked, in one transaction that is rolled back if it exceeds a
quota. Changes of one account wait for each other, so parallel requests cannot exceed it.
"""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from piccolo.columns import Column

from app.contract.tasks import JobState
from app.db.accounts.tables import Account
from app.db.engine.transaction import is_postgresql, one_by_one, transaction
from app.db.jobs.limits import running_jobs, started_jobs
from app.db.jobs.tables import Job
from app.db.security.trail import EventKind, record

HOUR = timedelta(hours=1)
MB = 1_000_000
# The highest quota that can be set.
MOST = 1_000_000
# When a client with too many waiting jobs may try again.
RETRY_WAITING_S = 30

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
MORE = "or ask an administrator for a higher quota."


class QuotaError(Exception):
    """A change would exceed a quota; the text has the numbers and says what to do.

    ``retry_after_s`` is in seconds, and None if waiting does not help.
    """

    def __init__(self, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Quotas(NamedTuple):
    """The limits of an account; 0 means no limit."""

    waiting_jobs: int = 0
    storage_mb: int = 0
    submissions_per_hour: int = 0
    running_jobs: int = 0
    started_per_hour: int = 0


class Usage(NamedTuple):
    """The usage of an account; ``submissions`` are those of the last hour."""

    waiting_jobs: int
    storage_bytes: int
    submissions: int
    running_jobs: int
    started_jobs: int


class OwnQuotas(NamedTuple):
    """The quotas that are set for an account; None means the default."""

    waiting_jobs: int | None = None
    storage_mb: int | None = None
    submissions_per_hour: int | None = None
    running_jobs: int | None = None
    started_per_hour: int | None = None


NO_QUOTAS = Quotas()
COLUMNS = (
    Account.waiting_jobs_quota,
    Account.storage_mb_quota,
    Account.submissions_per_hour_quota,
    Account.running_jobs_quota,
    Account.started_per_hour_quota,
)


async def quotas_of(owner: str, defaults: Quotas) -> Quotas:
    """Return the quotas of an owner: those of the account, and defaults for the others."""
    own = await own_quotas(owner)
    return Quotas(*(at if of is None else of for of, at in zip(own, defaults, strict=True)))


async def own_quotas(owner: str) -> OwnQuotas:
    """Return the quotas that are set for an owner."""
    row = await Account.select(*COLUMNS).where(Account.id == owner).first()
    return OwnQuotas(*row.values()) if row else OwnQuotas()


async def usage_of(owner: str) -> Usage:
    """Return the current usage of an owner."""
    counts = f"SELECT {running_jobs('{}')} AS running, {started_jobs('{}')} AS started"
    (row,) = await Job.raw(counts, owner, owner)
    return Usage(
        await _waiting(owner),
        await _storage(owner),
        await _submissions(owner),
        row["running"],
        row["started"],
    )


async def set_quotas(account: str, quotas: OwnQuotas) -> None:
    """Set the quotas of an account."""
    values: dict[Column | str, Any] = dict(zip(COLUMNS, quotas, strict=True))
    async with transaction():
        await Account.update(values).where(Account.id == account)
        await record(EventKind.QUOTAS_CHANGED, about=account, detail=quotas._asdict())


def one_at_a_time(*accounts: str) -> AbstractAsyncContextManager[None]:
    """Run the body as a transaction; transactions of the same accounts wait for each other."""
    return one_by_one(*(f"quota {account}" for account in accounts))


async def require_submissions(owner: str, by: str, defaults: Quotas, *, added: int) -> None:
    """Check the quotas after ``added`` jobs were queued by a user for an owner.

    Waiting jobs and storage count for the owner, submissions for the user ``by``.

    Raises:
        QuotaError: a quota is exceeded.
    """
    quotas = await quotas_of(owner, defaults)
    await _require_waiting(owner, quotas.waiting_jobs)
    await require_storage(owner, quotas.storage_mb)
    own = quotas if by == owner else await quotas_of(by, defaults)
    await _require_rate(by, own.submissions_per_hour, added)


async def require_storage(owner: str, most_mb: int) -> None:
    """Check the storage of an owner after an upload was added.

    Raises:
        QuotaError: it exceeds the quota.
    """
    if most_mb and (used := await _storage(owner)) > most_mb * MB:
        raise QuotaError(
            f"This would take {used / MB:,.1f} MB of storage, and the quota of the account is "
            f"{most_mb:,} MB. Delete jobs that are no longer needed, {MORE}"
        )


async def _require_waiting(owner: str, most: int) -> None:
    if most and (waiting := await _waiting(owner)) > most:
        raise QuotaError(
            f"This would make {waiting:,} job{'' if waiting == 1 else 's'} wait, and the quota of "
            f"the account is {most:,}. "
            f"Wait until some have been analyzed, cancel some, {MORE}",
            retry_after_s=RETRY_WAITING_S,
        )


async def _require_rate(by: str, most: int, added: int) -> None:
    if not most or (submissions := await _submissions(by)) <= most:
        return
    noun = "submission" if submissions == 1 else "submissions"
    what = f"This would be {submissions:,} {noun} within an hour, and your quota is {most:,}."
    to_expire = submissions - most
    if added > most:
        raise QuotaError(f"{what} Send fewer at once, {MORE}")
    wait_s = await _until_expired(by, to_expire)
    raise QuotaError(f"{what} Try again in {-(-wait_s // 60)} min, {MORE}", retry_after_s=wait_s)


async def _waiting(owner: str) -> int:
    is_waiting = (Job.owner == owner) & (Job.state == JobState.QUEUED.value)
    return int(await Job.count().where(is_waiting))


async def _storage(owner: str) -> int:
    (row,) = await Job.raw(STORAGE, owner, owner, datetime.now(UTC))
    return int(row["bytes"])


async def _submissions(by: str) -> int:
    (row,) = await Job.raw(f"SELECT COUNT(*) AS number {_submitted()}", by, _an_hour_ago())
    return int(row["number"])


async def _until_expired(by: str, number: int) -> int:
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
