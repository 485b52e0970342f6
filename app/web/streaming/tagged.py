"""Keeps the events of jobs with a tag, out of the events of all jobs of an owner.

The tags are those that a job has when its event arrives. All streams of an owner that get the same
events share one look.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from piccolo.columns import And

from app.db.jobs.tables import Job
from app.progress.streams import EventId, StoredEvent

Batches = AsyncIterator[Sequence[StoredEvent | EventId]]

# The looks that are running: by owner, jobs, and the last event that they are for.
_looks: dict[tuple[object, ...], "asyncio.Task[dict[str, str]]"] = {}


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

    async def kept(self, batch: Sequence[StoredEvent | EventId]) -> list[StoredEvent | EventId]:
        """The events that are of no job, or of one with the tag, and the bare ids."""
        ids = {each.job_id for each in batch if isinstance(each, StoredEvent) and each.job_id}
        if ids:
            tags = await _tags_of(self._owner, frozenset(ids), batch[-1])
            self._has_tag |= {job_id: self._word in stored for job_id, stored in tags.items()}
        return [
            each
            for each in batch
            if isinstance(each, EventId) or not each.job_id or self._has_tag.get(each.job_id)
        ]


async def _tags_of(owner: str, ids: frozenset[str], last: StoredEvent | EventId) -> dict[str, str]:
    """The stored tags of jobs of an owner, read after an event arrived, once for all streams."""
    key = (owner, ids, last if isinstance(last, EventId) else last.id)
    if key not in _looks:
        _looks[key] = asyncio.create_task(_read_tags(owner, ids))
        _looks[key].add_done_callback(lambda _: _looks.pop(key))
    return await asyncio.shield(_looks[key])  # a client that leaves must not cancel it for others


async def _read_tags(owner: str, ids: frozenset[str]) -> dict[str, str]:
    are_these = And(Job.owner == owner, Job.id.is_in(list(ids)))
    rows = await Job.select(Job.id, Job.tags).where(are_these)
    return {row["id"]: row["tags"] for row in rows}
