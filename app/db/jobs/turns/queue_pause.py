"""Pause and resume the queue: while it is paused, jobs are accepted and no worker claims one.

The pause is a row of the database, which the claim itself reads. So it survives restarts of
everything, and holds for every worker from the moment when it is committed.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from app.db.accounts.store import AccountStore
from app.db.engine.transaction import transaction
from app.db.jobs.tables import QueuePause
from app.db.security.trail import EventKind, record

THE_PAUSE = 1


class Pause(NamedTuple):
    """Who paused the queue, by name, and when (UTC)."""

    by: str
    since: datetime


async def current_pause() -> Pause | None:
    """Return the pause of the queue; None if workers claim jobs."""
    row = await QueuePause.objects().first()
    if row is None:
        return None
    names = await AccountStore().names({row.paused_by})
    return Pause(names.get(row.paused_by, row.paused_by), row.paused_at)


async def pause_queue(*, by: str) -> None:
    """Pause the queue; a pause that holds already stays as it is."""
    row = QueuePause(id=THE_PAUSE, paused_by=by, paused_at=datetime.now(UTC))
    pausing = QueuePause.insert(row).on_conflict(target=QueuePause.id, action="DO NOTHING")
    async with transaction():
        if await pausing.returning(QueuePause.id):
            await record(EventKind.QUEUE_PAUSED)


async def resume_queue() -> None:
    """End the pause. The scheduler wakes workers for the waiting jobs within seconds."""
    async with transaction():
        if await QueuePause.delete(force=True).returning(QueuePause.id):
            await record(EventKind.QUEUE_RESUMED)
