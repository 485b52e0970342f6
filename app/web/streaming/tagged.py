"""Keeps the events of jobs with a tag, out of the events of all jobs of an owner."""

import time
from collections.abc import AsyncIterator, Sequence

from piccolo.columns import And

from app.db.jobs.tables import Job
from app.progress.streams import EventId, StoredEvent

# A job that gets or loses the tag is noticed within this time.
LOOK_AGAIN_AFTER_S = 2.0

Batches = AsyncIterator[Sequence[StoredEvent | EventId]]


async def only_tagged(batches: Batches, owner: str, tag: str) -> Batches:
    """Yield the events of jobs with a tag; the id of a last event left out is kept.

    So a client that reconnects continues after all events that it could have missed.
    """
    jobs = _TaggedJobs(owner, tag)
    async for batch in batches:
        kept = await jobs.kept(batch)
        last = batch[-1] if batch else None
        if isinstance(last, StoredEvent) and last.id and last not in kept[-1:]:
            kept.append(last.id)
        yield kept


class _TaggedJobs:
    """Which jobs of an owner have a tag; a deleted job counts as it did before."""

    def __init__(self, owner: str, tag: str) -> None:
        self._owner = owner
        self._word = f" {tag} "
        self._has_tag: dict[str, bool] = {}
        self._looked_at: dict[str, float] = {}

    async def kept(self, batch: Sequence[StoredEvent | EventId]) -> list[StoredEvent | EventId]:
        """The events that are of no job, or of one with the tag, and the bare ids."""
        ids = {each.job_id for each in batch if isinstance(each, StoredEvent) and each.job_id}
        await self._look(ids)
        return [
            each
            for each in batch
            if isinstance(each, EventId) or not each.job_id or self._has_tag.get(each.job_id)
        ]

    async def _look(self, ids: set[str]) -> None:
        now = time.monotonic()
        old = [each for each in ids if now - self._looked_at.get(each, 0) >= LOOK_AGAIN_AFTER_S]
        if not old:
            return
        are_these = And(Job.owner == self._owner, Job.id.is_in(old))
        for row in await Job.select(Job.id, Job.tags).where(are_these):
            self._has_tag[row["id"]] = self._word in row["tags"]
        self._looked_at |= dict.fromkeys(old, now)
