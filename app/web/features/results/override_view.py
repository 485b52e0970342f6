"""The override of a row: who decided what and when, and what the rules had decided."""

from datetime import datetime
from typing import Any

import msgspec

from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.history.audit import first_with
from app.db.jobs.tables import Job


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """An override: its call or anchor (null if unchanged), its reason, its author and its time.

    ``as_ruled`` has the call, rule and reason of the rules alone and the anchor of the table; it is
    null for results from before this was saved. ``not_applied`` says why the override was left out
    of the run, null if it was applied.
    """

    call: str | None
    anchor: bool | None
    reason: str
    who: str | None
    at: datetime | None
    as_ruled: dict[str, Any] | None = None
    not_applied: str | None = None


async def by_hand(job: Job, row: int) -> ByHand | None:
    """The override of a row of a job's result, None without one."""
    for override in overrides_of(job):
        if override.row == row:
            entry = await first_with(job.id, override)
            return ByHand(
                call=override.call,
                anchor=override.anchor,
                reason=override.reason.strip(),
                who=entry.who if entry else None,
                at=entry.at if entry else None,
            )
    return None
