"""The digests in the database: who wants one, and which jobs ended since the last one."""

from datetime import UTC, datetime

from piccolo.columns import And, Timestamptz, Varchar

from app.contract.tasks import JobState
from app.db.jobs.conditions import Condition, Values
from app.db.jobs.tables import Job
from app.db.schedules.tables import OwnerChoice

PERIODS = ("daily", "weekly")


class DigestError(Exception):
    """A digest period is not allowed; the text says which ones are."""


async def choose_digest(period: str, *, owner: str) -> None:
    """Set the digest period of an owner, starting now; an empty period means no digest.

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
    """Stop the digest of an owner."""
    none: Values = {OwnerChoice.digest: ""}
    await OwnerChoice.update(none).where(OwnerChoice.owner == owner)


async def choices_of(period: str) -> list[OwnerChoice]:
    """Return the choices of the owners who want a digest of this period."""
    return await OwnerChoice.objects().where(OwnerChoice.digest == period)


async def mark_digest_sent(choice: OwnerChoice, until: datetime) -> bool:
    """Record that a digest covered all jobs until a moment; False if another worker did it."""
    values: Values = {OwnerChoice.digest_until: until}
    same = And(OwnerChoice.owner == choice.owner, OwnerChoice.digest == choice.digest)
    is_as_read = And(same, OwnerChoice.digest_until == choice.digest_until)
    return bool(await OwnerChoice.update(values).where(is_as_read).returning(OwnerChoice.owner))


async def ended_jobs(state: JobState, choice: OwnerChoice, until: datetime) -> int:
    """Return how many jobs ended in this state since the last digest."""
    return int(await Job.count().where(_ended(state, choice, until)))


async def some_ended(
    state: JobState, choice: OwnerChoice, until: datetime, *, limit: int
) -> list[Job]:
    """Return jobs that ended in this state since the last digest, the latest first."""
    query = Job.objects().where(_ended(state, choice, until))
    return await query.order_by(Job.finished_at, ascending=False).limit(limit)


def _ended(state: JobState, choice: OwnerChoice, until: datetime) -> Condition:
    is_one = And(Job.owner == choice.owner, Job.state == state)
    in_time = And(Job.finished_at > choice.digest_until, Job.finished_at <= until)
    return And(is_one, in_time)
