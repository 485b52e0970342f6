"""The audit trail of a job: who did what, and when. The database writes it; nobody changes it."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.columns import And

from app.analysis.overrides import Override
from app.db.accounts.store import AccountStore
from app.db.jobs.store import Condition
from app.db.jobs.tables import Audit

BEGUN = ("submitted", "rerun", "override")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to a job, in UTC; ``who`` is a user or ``service``.

    ``what`` is submitted, rerun or override for how the job began or was followed, then queued
    again, started, cancel requested, kept, kept no longer, deleted, or the state in which the job
    ended. What the cleanup deletes is deleted by ``cleanup``.
    """

    at: datetime
    who: str
    what: str
    detail: dict[str, Any]


async def trail_of(job_id: str, *, owner: str | None) -> list[Entry]:
    """What was done to a job, oldest first; of this owner where one is given. It outlives the job.

    An account is told by its name while there is one, then by its id.
    """
    is_it: Condition = Audit.job_id == job_id
    if owner is not None:
        is_it = And(is_it, Audit.owner == owner)
    rows = await Audit.select().where(is_it).order_by(Audit.id)
    names = await AccountStore().names({row["who"] for row in rows})
    return [
        Entry(
            at=row["at"],
            who=names.get(row["who"], row["who"]),
            what=row["what"],
            detail=_told(row["detail"]),
        )
        for row in rows
    ]


async def first_with(job_id: str, override: Override) -> Entry | None:
    """The entry by which an override came to be: that of the job, or of one it was made from.

    They may have had other owners, before they were handed over or shared.
    """
    found = await _begun(job_id)
    while found and (of := found.detail.get("of")):
        before = await _begun(of)
        told = before.detail.get("overrides", []) if before else []
        if override not in [Override(**each) for each in told]:
            break
        found = before
    return found


async def _begun(job_id: str) -> Entry | None:
    """How a job began; the entry of one that was made from it has its id."""
    entries = await trail_of(job_id, owner=None)
    return next((each for each in entries if each.what in BEGUN and "as" not in each.detail), None)


def _told(detail: str) -> dict[str, Any]:
    """The details that there are."""
    return {name: value for name, value in msgspec.json.decode(detail).items() if value is not None}
