"""The data retention rule: which jobs the cleanup deletes, and its preview shows.

A job that has ended is deleted when it is older than its owner's retention time, unless it or
another version of it is pinned, signed off or under review. Users compare versions, so one such
version keeps them all.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from piccolo.columns import And, Or
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count, Sum

from app.contract.tasks import JobState
from app.db.data_retention.keeping_time import KeepingTime, check_choice, check_keeping
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Condition
from app.db.jobs.tables import Job
from app.db.schedules.tables import KeepRule, OwnerChoice
from app.db.security.trail import EventKind, record

CLEANUP = "cleanup"
NO_VERSION_IS_KEPT = WhereRaw(
    "COALESCE(version_of, id) NOT IN (SELECT COALESCE(version_of, id) FROM job "
    "WHERE pinned OR signed_off_at IS NOT NULL)"
    " AND COALESCE(version_of, id) NOT IN (SELECT first FROM review WHERE closed_at IS NULL)"
)


class Amount(NamedTuple):
    """A number of jobs, and the bytes of their tables."""

    jobs: int
    upload_bytes: int


class Retention:
    """Reads and applies the rule in the database; without one ``default_days`` applies."""

    def __init__(self, *, default_days: int) -> None:
        self._default_days = default_days

    async def keeping(self) -> KeepingTime:
        """Return the current rule."""
        rule = await KeepRule.objects().first()
        if rule is None:
            return KeepingTime(self._default_days, self._default_days)
        return KeepingTime(rule.default_days, rule.most_days)

    async def set_keeping(self, keeping: KeepingTime) -> None:
        """Change the rule.

        Raises:
            RetentionError: a number is out of range.
        """
        check_keeping(keeping)
        rule = KeepRule(id=1, default_days=keeping.default_days, most_days=keeping.most_days)
        async with transaction():
            await KeepRule.insert(rule).on_conflict(
                target=KeepRule.id,
                action="DO UPDATE",
                values=[KeepRule.default_days, KeepRule.most_days],
            )
            await record(EventKind.DATA_RETENTION_CHANGED, detail=keeping._asdict())

    async def choose(self, days: int | None, *, owner: str) -> None:
        """Set for how many days an owner's jobs are kept; None is the default.

        Raises:
            RetentionError: the number of days is not allowed.
        """
        check_choice(days, await self.keeping())
        choice = OwnerChoice(owner=owner, keep_days=days)
        await OwnerChoice.insert(choice).on_conflict(
            target=OwnerChoice.owner, action="DO UPDATE", values=[OwnerChoice.keep_days]
        )

    async def doomed_by_rule(self, keeping: KeepingTime, at: datetime) -> int:
        """How many jobs are due at a moment by another rule, and not by the current one."""
        before = await self.due_by_owner(at)
        after = await self.due_by_owner(at, keeping=keeping)
        # Of each owner the jobs of the longer time are among those of the shorter.
        more = [amount.jobs - before.get(owner, _NOTHING).jobs for owner, amount in after.items()]
        return sum(number for number in more if number > 0)

    async def doomed_by_choice(self, days: int | None, at: datetime, *, owner: str) -> int:
        """How many jobs are due at a moment by another choice of their owner, and are not now."""
        cutoff = at - timedelta(days=(await self.keeping()).days(days))
        is_due = And(And(_HAS_ENDED, NO_VERSION_IS_KEPT), Job.finished_at < cutoff)
        after: int = await Job.count().where(And(Job.owner == owner, is_due))
        before = await self.due_by_owner(at, owner=owner)
        return max(0, after - before.get(owner, _NOTHING).jobs)

    async def is_due(self, at: datetime, keeping: KeepingTime | None = None) -> Condition:
        """Return the condition for jobs to delete at a moment, by the current or another rule."""
        keeping, due = keeping or await self.keeping(), []
        for chosen in await _chosen_days():
            cutoff = at - timedelta(days=keeping.days(chosen))
            due.append(And(_owner_chose(chosen), Job.finished_at < cutoff))
        cutoff = at - timedelta(days=keeping.default_days)
        which: Condition = And(_OWNER_CHOSE_NOTHING, Job.finished_at < cutoff)
        for each in due:
            which = Or(which, each)
        return And(And(_HAS_ENDED, NO_VERSION_IS_KEPT), which)

    async def due_jobs(
        self, at: datetime, *, owner: str | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Job]:
        """Return the jobs to delete at a moment, of one owner or of all, oldest first."""
        query = Job.objects().where(_of_owner(owner, await self.is_due(at)))
        query = query.order_by(Job.finished_at).order_by(Job.id)
        return await (query.limit(limit).offset(offset) if limit else query)

    async def due_by_owner(
        self, at: datetime, *, owner: str | None = None, keeping: KeepingTime | None = None
    ) -> dict[str, Amount]:
        """Return how much to delete at a moment by owner; owners with nothing are left out."""
        number, size = Count(alias="jobs"), Sum(Job.upload_bytes, alias="bytes")
        is_due = await self.is_due(at, keeping)
        query = Job.select(Job.owner, number, size).where(_of_owner(owner, is_due))
        rows = await query.group_by(Job.owner).order_by(Job.owner)
        return {row["owner"]: Amount(row["jobs"], int(row["bytes"])) for row in rows}

    async def delete_if_due(self, job: Job, at: datetime) -> bool:
        """Delete the row of a job, unless the rule now keeps it, for example by a new pin."""
        is_it = And(Job.id == job.id, await self.is_due(at))
        # The trigger of the audit trail reads this column.
        if not await Job.update({Job.deleted_by: CLEANUP}).where(is_it).returning(Job.id):
            return False
        return bool(await Job.delete().where(is_it).returning(Job.id))


async def choice_of(owner: str) -> OwnerChoice:
    """Return the choices of an owner; the defaults if there is no row."""
    found = await OwnerChoice.objects().where(OwnerChoice.owner == owner).first()
    return found or OwnerChoice(owner=owner)


async def is_kept(job: Job) -> bool:
    """Whether a job or another version of it is pinned, signed off or under review."""
    is_it = And(Job.id == job.id, NO_VERSION_IS_KEPT)
    return not await Job.exists().where(is_it)


async def pin(*jobs: Job, pinned: bool) -> None:
    """Pin jobs, so that they are never deleted by the rule, or unpin them."""
    await Job.update({Job.pinned: pinned}).where(Job.id.is_in([job.id for job in jobs]))


_NOTHING = Amount(0, 0)
_HAS_ENDED = Job.state.is_in([state.value for state in JobState if state.is_final])
_OWNER_CHOSE_NOTHING = WhereRaw(
    "owner NOT IN (SELECT owner FROM owner_choice WHERE keep_days IS NOT NULL)"
)


def _owner_chose(days: int) -> WhereRaw:
    return WhereRaw("owner IN (SELECT owner FROM owner_choice WHERE keep_days = {})", days)


async def _chosen_days() -> list[int]:
    rows = await OwnerChoice.select(OwnerChoice.keep_days).distinct()
    return sorted({row["keep_days"] for row in rows} - {None})


def _of_owner(owner: str | None, which: Condition) -> Condition:
    return which if owner is None else And(Job.owner == owner, which)
