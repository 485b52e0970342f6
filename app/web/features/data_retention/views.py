"""Data retention as the API and the pages show it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast

import msgspec

from app.db.accounts.store import AccountStore
from app.db.data_retention.store import Amount, Retention, choice_of, is_kept
from app.db.jobs.tables import Job

# The cleanup runs once a day, so this is what the next one deletes.
NEXT_CLEANUP = timedelta(days=1)


class KeepView(msgspec.Struct, frozen=True, kw_only=True):
    """For how many days the caller's finished jobs are kept.

    ``days`` is the number in effect. ``chosen_days`` is the caller's choice, null without one; then
    ``default_days`` apply. The caller may choose at most ``most_days``.
    """

    days: int
    chosen_days: int | None
    default_days: int
    most_days: int


class KeptUntil(NamedTuple):
    """When the cleanup would delete a job; never if ``until`` is None.

    ``with_version`` says that it is kept because another version of it is, ``is_overdue`` that it
    is older than the rule allows, so that only being kept saves it.
    """

    until: datetime | None
    with_version: bool
    is_overdue: bool = False


class DueJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is due for deletion; ``upload_bytes`` is the size of its table."""

    id: str
    owner: str
    file_name: str
    version: int
    upload_bytes: int
    finished_at: datetime


class OwnerDue(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs and bytes of an owner are due for deletion."""

    owner: str
    jobs: int
    upload_bytes: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a cleanup at a moment would delete; ``jobs`` is one page of it, oldest first.

    ``upload_bytes`` counts the tables; their results are deleted too.
    """

    at: datetime
    total: int
    upload_bytes: int
    owners: list[OwnerDue]
    jobs: list[DueJob]


async def keep_view(retention: Retention, *, owner: str) -> KeepView:
    """The data retention of an owner."""
    keeping, chosen = await retention.keeping(), (await choice_of(owner)).keep_days
    return KeepView(
        days=keeping.days(chosen),
        chosen_days=chosen,
        default_days=keeping.default_days,
        most_days=keeping.most_days,
    )


async def due_view(
    retention: Retention, *, owner: str | None, within_days: int, limit: int, offset: int = 0
) -> Due:
    """What a cleanup would delete, of an owner or of everybody, so many days from now."""
    at = datetime.now(UTC) + timedelta(days=within_days)
    amounts = await retention.due_by_owner(at, owner=owner)
    jobs = await retention.due_jobs(at, owner=owner, limit=limit, offset=offset)
    names = await AccountStore().names(set(amounts))
    return Due(
        at=at,
        total=sum(amount.jobs for amount in amounts.values()),
        upload_bytes=sum(amount.upload_bytes for amount in amounts.values()),
        owners=[_owner_due(names.get(each, each), amounts[each]) for each in amounts],
        jobs=[_job(job, names.get(job.owner, job.owner)) for job in jobs],
    )


async def kept_until(job: Job, retention: Retention) -> KeptUntil:
    """When the cleanup would delete a job by the current rules."""
    ended = cast("datetime | None", job.finished_at)
    days = (await keep_view(retention, owner=job.owner)).days
    until = ended + timedelta(days=days) if ended else None
    is_overdue = until is not None and until < datetime.now(UTC) + NEXT_CLEANUP
    if await is_kept(job):
        return KeptUntil(None, with_version=not job.pinned, is_overdue=is_overdue)
    return KeptUntil(until, with_version=False, is_overdue=is_overdue)


def _owner_due(name: str, amount: Amount) -> OwnerDue:
    return OwnerDue(owner=name, jobs=amount.jobs, upload_bytes=amount.upload_bytes)


def _job(job: Job, owner: str) -> DueJob:
    return DueJob(
        id=job.id,
        owner=owner,
        file_name=job.file_name,
        version=job.version,
        upload_bytes=job.upload_bytes,
        finished_at=job.finished_at,
    )
