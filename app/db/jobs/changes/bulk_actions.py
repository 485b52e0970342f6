"""Actions on many jobs: which jobs, how far each action has come, and what was refused.

A web process claims an action for a slice of its jobs, records its progress, and releases it.
So several actions take turns, and one whose process died is continued by another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

import msgspec
from piccolo.columns import And

from app.db.engine.clock import from_now
from app.db.engine.lease import Lease
from app.db.jobs.tables import BulkAction

# A slice ends long before, unless a storage hangs.
LEASE_S = 60
# Of the refused jobs this many are listed with their reasons; all are counted.
MOST_LISTED = 200
CLAIM = """
    UPDATE bulk_action SET attempt = attempt + 1, lease_until = {{}}
    WHERE id = (
        SELECT id FROM bulk_action WHERE state = 'running' AND lease_until <= {{}}
        ORDER BY lease_until LIMIT 1 {lock}
    )
    RETURNING *
"""


class BulkState(StrEnum):
    """The state of an action; it is ``stopped`` if its user's account is disabled meanwhile."""

    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"


class BulkActionNotFoundError(Exception):
    """There is no such action on many jobs, or it belongs to another user."""


class RefusedJob(NamedTuple):
    """A job that an action could not be applied to; a deleted one is named by its id."""

    name: str
    why: str


LEASE = Lease(BulkAction, BulkAction.attempt, BulkAction.state, BulkState.RUNNING)


async def add_bulk_action(
    owner: str, action: str, query: str, job_ids: Sequence[str], *, tags: Sequence[str] = ()
) -> BulkAction:
    """Store an action on these jobs, to be continued by any web process."""
    row = BulkAction(
        id=uuid4().hex,
        owner=owner,
        action=action,
        query=query,
        tags=" ".join(tags),
        job_ids=" ".join(job_ids),
        total=len(job_ids),
        place=0,
        done=0,
        refused=0,
        reasons="[]",
        state=BulkState.RUNNING,
        attempt=0,
        lease_until=from_now(),
        created_at=datetime.now(UTC),
    )
    await BulkAction.insert(row)
    return row


async def claim_bulk_action() -> BulkAction | None:
    """Claim the running action that has waited longest for its next slice; None if none waits."""
    is_due = And(BulkAction.state == BulkState.RUNNING, BulkAction.lease_until <= from_now())
    if not await BulkAction.exists().where(is_due):  # without a lock, which a claim takes
        return None
    return await LEASE.claim(CLAIM, from_now(LEASE_S), from_now())


def jobs_left(action: BulkAction) -> list[str]:
    """Return the ids of the jobs that an action has not reached yet."""
    return action.job_ids.split()[action.place :]


async def advance(action: BulkAction, done: int, refused: Sequence[RefusedJob]) -> bool:
    """Record the outcome for the next jobs, and release the action; False if it is not held."""
    place = action.place + done + len(refused)
    reasons = [*reasons_of(action), *refused][:MOST_LISTED]
    has_ended = place >= action.total
    return await LEASE.change(
        action,
        {
            BulkAction.place: place,
            BulkAction.done: action.done + done,
            BulkAction.refused: action.refused + len(refused),
            BulkAction.reasons: msgspec.json.encode(reasons).decode(),
            BulkAction.lease_until: from_now(),
            **(_final(BulkState.ENDED) if has_ended else {}),
        },
    )


async def stop(action: BulkAction) -> None:
    """Stop an action for good; the jobs that it has not reached stay as they are."""
    await LEASE.change(action, _final(BulkState.STOPPED))


def reasons_of(action: BulkAction) -> list[RefusedJob]:
    """Return the first refused jobs with their reasons."""
    return msgspec.json.decode(action.reasons, type=list[RefusedJob])


async def bulk_action(action_id: str, *, owner: str) -> BulkAction:
    """Return one action.

    Raises:
        BulkActionNotFoundError: there is no such action.
    """
    is_it = And(BulkAction.id == action_id, BulkAction.owner == owner)
    row = await BulkAction.objects().where(is_it).first()
    if row is None:
        raise BulkActionNotFoundError(
            f"There is no action {action_id}; actions are forgotten after 30 days."
        )
    return row


async def recent_bulk_actions(owner: str, *, limit: int) -> list[BulkAction]:
    """Return an owner's actions, the latest first."""
    own = BulkAction.objects().where(BulkAction.owner == owner)
    return await own.order_by(BulkAction.created_at, ascending=False).limit(limit)


async def forget_bulk_actions(*, before: datetime) -> int:
    """Delete actions that ended before a moment; return how many."""
    is_old = And(BulkAction.state != BulkState.RUNNING, BulkAction.finished_at < before)
    return len(await BulkAction.delete().where(is_old).returning(BulkAction.id))


def _final(state: BulkState) -> dict[object, object]:
    return {BulkAction.state: state, BulkAction.finished_at: from_now(), BulkAction.job_ids: ""}
