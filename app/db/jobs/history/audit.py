"""The audit trail of a job: who did what, and when. It only grows.

Triggers write the entries of what changes a job's life. Code that changes only its name, its
tags, its note or its place in the queue adds the entry in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from piccolo.columns import And

from app.analysis.overrides.override import Override
from app.db.accounts.store import AccountStore
from app.db.jobs.conditions import Condition
from app.db.jobs.tables import Audit, Job

BEGUN = ("submitted", "rerun", "override")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An action on a job; ``at`` is UTC, ``who`` is a user or ``service``.

    ``what`` is submitted, rerun or override when the job, or a job from it, was made; later it is
    queued again, started, cancel requested, kept, kept no longer, deleted, renamed, tags changed,
    note changed, priority changed, moved to run next, review opened, reviewer added, reviewer
    withdrawn, conflict decided, review closed, signed off, or the final state of the job. For a job
    that the data retention deletes, ``who`` is ``cleanup``.
    """

    at: datetime
    who: str
    what: str
    detail: dict[str, Any]


async def add_entry(
    job: Job, *, who: str, what: str, detail: Mapping[str, object] | None = None
) -> None:
    """Add an entry about a job, in the transaction of the change."""
    await add_entries([job], who=who, what=what, detail=detail)


async def add_entries(
    jobs: Sequence[Job], *, who: str, what: str, detail: Mapping[str, object] | None = None
) -> None:
    """Add the same entry about each of these jobs, in the transaction of the change."""
    now, text = datetime.now(UTC), msgspec.json.encode(detail or {}).decode()
    entries = [
        Audit(job_id=job.id, owner=job.owner, at=now, who=who, what=what, detail=text)
        for job in jobs
    ]
    if entries:
        await Audit.insert(*entries)


async def trail_of(job_id: str, *, owner: str | None) -> list[Entry]:
    """Return the entries of a job (of this owner, if given), oldest first, even if it is deleted.

    ``who`` is the name of the account, or its id once the account is deleted.
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
            detail=_without_empty(row["detail"]),
        )
        for row in rows
    ]


async def entries_since(
    since: datetime, job_ids: Collection[str], *, who: str, what: Sequence[str]
) -> dict[str, Entry]:
    """Return the last such entry of a user on each of these jobs that has one, by its id."""
    is_one = And(Audit.job_id.is_in(list(job_ids)), Audit.what.is_in(list(what)))
    rows = await Audit.select().where(And(is_one, Audit.who == who)).order_by(Audit.id)
    return {
        row["job_id"]: Entry(
            at=row["at"], who=who, what=row["what"], detail=_without_empty(row["detail"])
        )
        for row in rows
        if row["at"] >= since
    }


async def first_with(job_id: str, override: Override) -> Entry | None:
    """Return the entry that added an override: of this job, or of a job that it was made from.

    Those jobs may have had other owners, before they were handed over or shared.
    """
    found = await _begun(job_id)
    while found and (of := found.detail.get("of")):
        before = await _begun(of)
        overrides = before.detail.get("overrides", []) if before else []
        if override not in [Override(**each) for each in overrides]:
            break
        found = before
    return found


async def _begun(job_id: str) -> Entry | None:
    """Return the entry of a job's creation; entries of jobs made from it have the key ``as``."""
    entries = await trail_of(job_id, owner=None)
    return next((each for each in entries if each.what in BEGUN and "as" not in each.detail), None)


def _without_empty(detail: str) -> dict[str, Any]:
    """Decode the details of an entry, without those that are null."""
    return {name: value for name, value in msgspec.json.decode(detail).items() if value is not None}
