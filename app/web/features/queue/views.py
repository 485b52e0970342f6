"""The pause of the queue as the API and the pages show it, and the priority that a form has."""

from datetime import datetime

import msgspec

from app.db.jobs.priority import Priority
from app.db.jobs.queue_pause import current_pause
from app.web.http.errors import QueryError


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


def chosen_priority(typed: str) -> Priority:
    """The priority that was chosen in a form.

    Raises:
        QueryError: There is no such priority.
    """
    if typed not in list(Priority):
        raise QueryError(f"There is no priority {typed[:20]!r}; choose high, normal or low.")
    return Priority(typed)
