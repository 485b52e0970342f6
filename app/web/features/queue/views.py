"""The pause of the queue as the API and the pages show it."""

from datetime import datetime

import msgspec

from app.db.jobs.turns.queue_pause import current_pause


class PauseView(msgspec.Struct, frozen=True, kw_only=True):
    """A pause of the queue: who made it, by name, and when (UTC)."""

    by: str
    since: datetime


class QueueStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Whether workers claim jobs; while the queue is paused, new jobs are accepted and wait."""

    paused: bool
    pause: PauseView | None


async def pause_view() -> PauseView | None:
    """The current pause; None if the queue is not paused."""
    pause = await current_pause()
    return PauseView(by=pause.by, since=pause.since) if pause else None


async def queue_standing() -> QueueStanding:
    """Whether the queue is paused."""
    pause = await pause_view()
    return QueueStanding(paused=pause is not None, pause=pause)
