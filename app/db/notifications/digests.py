"""Who gets a digest by mail, and what of their jobs ended since the last one."""

from datetime import UTC, datetime

from piccolo.columns import And, Timestamptz, Varchar

from app.contract.tasks import JobState
from app.db.jobs.store import Condition, Values
from app.db.jobs.tables import Job
from app.db.schedules.tables import OwnerChoice

PERIODS = ("daily", "weekly")


class DigestError(Exception):
    """A digest cannot be sent so; the text says what can be chosen."""


async def choose_digest(period: str, *, owner: str) -> None:
    """Let an owner have a digest of what ends from now on, or none with an empty period.

    Raises:
        DigestError: there is no such period.
    """
    if period and period not in PERIODS:
        raise DigestError(f"A digest comes {' or '.join(PERIODS)}, or not at all.")
    choice = OwnerChoice(owner=owner, digest=period, digest_until=datetime.now(UTC))
    changed: list[Varchar | Timestamptz] = [OwnerChoice.digest, OwnerChoice.digest_until]
    await OwnerChoice.insert(choice).on_conflict(
        target=OwnerChoice.owner, action="DO UPDATE", values=changed
    )


async def end_digest(owner: str) -> None:
    """Let an owner have no digest any more."""
    none: Values = {OwnerChoice.digest: ""}
    await OwnerChoice.update(none).where(OwnerChoice.owner == owner)


async def choices_of(period: str) -> list[OwnerChoice]:
    """Those who want a digest of a period."""
    return await OwnerChoice.objects().where(OwnerChoice.digest == period)


async def mark_digest_sent(choice: OwnerChoice, until: datetime) -> bool:
    """Note that a digest told of all until a moment; False if somebody did meanwhile."""
    values: Values = {OwnerChoice.digest_until: until}
    same = And(OwnerChoice.owner == choice.owner, OwnerChoice.digest == choice.digest)
    is_as_read = And(same, OwnerChoice.digest_until == choice.digest_until)
    return bool(await OwnerChoice.update(values).where(is_as_read).returning(OwnerChoice.owner))


async def ended_jobs(state: JobState, choice: OwnerChoice, until: datetime) -> int:
    """How many jobs ended so since the last digest."""
    return int(await Job.count().where(_ended(state, choice, until)))


async def some_ended(
    state: JobState, choice: OwnerChoice, until: datetime, *, limit: int
) -> list[Job]:
    """The jobs that ended so since the last digest, the last of them first."""
    query = Job.objects().where(_ended(state, choice, until))
    return await query.order_by(Job.finished_at, ascending=False).limit(limit)


def _ended(state: JobState, choice: OwnerChoice, until: datetime) -> Condition:
    is_one = And(Job.owner == choice.owner, Job.state == state)
    in_time = And(Job.finished_at > choice.digest_until, Job.finished_at <= until)
    return And(is_one, in_time)
