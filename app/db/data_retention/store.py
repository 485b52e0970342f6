"""How long jobs are kept, and which are to be deleted: the one rule of preview and cleanup.

A job that has ended is deleted once it is older than its owner keeps jobs, unless it or another
version of it is pinned: versions are read beside each other, so one pin keeps them all.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from piccolo.columns import And, Or
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count, Sum

from app.contract.tasks import JobState
from app.db.engine.transaction import transaction
from app.db.jobs.store import Condition
from app.db.jobs.tables import Job
from app.db.schedules.tables import KeepRule, OwnerChoice
from app.db.security.trail import EventKind, record

CLEANUP = "cleanup"
MOST_DAYS = 36_500
NO_VERSION_IS_PINNED = WhereRaw(
    "COALESCE(version_of, id) NOT IN (SELECT COALESCE(version_of, id) FROM job WHERE pinned)"
)


class RetentionError(Exception):
    """Jobs cannot be kept so long; the text says how long they can be."""


class Keeping(NamedTuple):
    """For how many days jobs are kept without a choice, and how many one may choose at the most."""

    default_days: int
    most_days: int

    def days(self, chosen: int | None) -> int:
        """The days that hold for who chose so many, or nothing."""
        return self.default_days if chosen is None else min(chosen, self.most_days)


class Amount(NamedTuple):
    """How many jobs, and the bytes of their tables."""

    jobs: int
    upload_bytes: int


class Retention:
    """The rule in the database; without one jobs are kept for ``default_days``."""

    def __init__(self, *, default_days: int) -> None:
        self._default_days = default_days

    async def keeping(self) -> Keeping:
        """What holds now."""
        rule = await KeepRule.objects().first()
        if rule is None:
            return Keeping(self._default_days, self._default_days)
        return Keeping(rule.default_days, rule.most_days)

    async def set_keeping(self, keeping: Keeping) -> None:
        """Let something else hold.

        Raises:
            RetentionError: a number is out of its range.
        """
        if not 1 <= keeping.default_days <= keeping.most_days <= MOST_DAYS:
            raise RetentionError(
                f"Days are from 1 to {MOST_DAYS}, and users must be able to choose the default."
            )
        rule = KeepRule(id=1, default_days=keeping.default_days, most_days=keeping.most_days)
        async with transaction():
            await KeepRule.insert(rule).on_conflict(
                target=KeepRule.id,
                action="DO UPDATE",
                values=[KeepRule.default_days, KeepRule.most_days],
            )
            await record(EventKind.DATA_RETENTION_CHANGED, detail=keeping._asdict())

    async def choose(self, days: int | None, *, owner: str) -> None:
        """Let an owner's jobs be kept for some days, or with None for as long as by default.

        Raises:
            RetentionError: that is not allowed.
        """
        most = (await self.keeping()).most_days
        if days is not None and not 1 <= days <= most:
            raise RetentionError(f"Jobs are kept from 1 to {most} days; an administrator sets it.")
        choice = OwnerChoice(owner=owner, keep_days=days)
        await OwnerChoice.insert(choice).on_conflict(
            target=OwnerChoice.owner, action="DO UPDATE", values=[OwnerChoice.keep_days]
        )

    async def is_due(self, at: datetime) -> Condition:
        """Which jobs are to be deleted at a moment."""
        keeping, due = await self.keeping(), []
        for chosen in await _chosen_days():
            cutoff = at - timedelta(days=keeping.days(chosen))
            due.append(And(_of_those_who_chose(chosen), Job.finished_at < cutoff))
        cutoff = at - timedelta(days=keeping.default_days)
        which: Condition = And(_OF_OTHERS, Job.finished_at < cutoff)
        for each in due:
            which = Or(which, each)
        return And(And(_HAS_ENDED, NO_VERSION_IS_PINNED), which)

    async def due_jobs(
        self, at: datetime, *, owner: str | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Job]:
        """The jobs that are to be deleted at a moment, of an owner or of all; oldest first."""
        query = Job.objects().where(_of(owner, await self.is_due(at)))
        query = query.order_by(Job.finished_at).order_by(Job.id)
        return await (query.limit(limit).offset(offset) if limit else query)

    async def due_by_owner(self, at: datetime, *, owner: str | None = None) -> dict[str, Amount]:
        """How much of each owner is to be deleted at a moment; owners without any are left out."""
        number, size = Count(alias="jobs"), Sum(Job.upload_bytes, alias="bytes")
        query = Job.select(Job.owner, number, size).where(_of(owner, await self.is_due(at)))
        rows = await query.group_by(Job.owner).order_by(Job.owner)
        return {row["owner"]: Amount(row["jobs"], int(row["bytes"])) for row in rows}

    async def delete_if_due(self, job: Job, at: datetime) -> bool:
        """Delete the row of a job, unless the rule has it no longer: somebody pinned it."""
        is_it = And(Job.id == job.id, await self.is_due(at))
        # The trigger of the audit trail reads it.
        if not await Job.update({Job.deleted_by: CLEANUP}).where(is_it).returning(Job.id):
            return False
        return bool(await Job.delete().where(is_it).returning(Job.id))


async def choice_of(owner: str) -> OwnerChoice:
    """What an owner chose; nothing where there is no row."""
    found = await OwnerChoice.objects().where(OwnerChoice.owner == owner).first()
    return found or OwnerChoice(owner=owner)


async def is_kept(job: Job) -> bool:
    """Whether a job or another version of it is pinned."""
    first = job.version_of or job.id
    is_one = Or(Job.id == first, Job.version_of == first)
    return bool(await Job.exists().where(And(Job.pinned.eq(True), is_one)))


async def pin(job: Job, *, pinned: bool) -> None:
    """Keep a job for good, or as long as others again."""
    await Job.update({Job.pinned: pinned}).where(Job.id == job.id)


_HAS_ENDED = Job.state.is_in([state.value for state in JobState if state.is_final])
_OF_OTHERS = WhereRaw("owner NOT IN (SELECT owner FROM owner_choice WHERE keep_days IS NOT NULL)")


def _of_those_who_chose(days: int) -> WhereRaw:
    return WhereRaw("owner IN (SELECT owner FROM owner_choice WHERE keep_days = {})", days)


async def _chosen_days() -> list[int]:
    rows = await OwnerChoice.select(OwnerChoice.keep_days).distinct()
    return sorted({row["keep_days"] for row in rows} - {None})


def _of(owner: str | None, which: Condition) -> Condition:
    return which if owner is None else And(Job.owner == owner, which)
