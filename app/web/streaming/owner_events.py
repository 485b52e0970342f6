"""What a client that follows all of a user's jobs is told, over one stream that has no end."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import to_builtins

from app.contract.events import Connected, Snapshot
from app.db.jobs.store import JobStore
from app.progress.relay import Gap, Relay
from app.progress.streams import BEFORE_ALL, EventId, StoredEvent, key_of_owner
from app.web.job_view import view

JOBS_AT_A_TIME = 100
# By how much the clocks of Redis and of the database may differ.
CLOCKS_DIFFER_BY = timedelta(minutes=1)


async def owner_events(
    owner: str, seen: EventId | None, jobs: JobStore, relay: Relay
) -> AsyncIterator[Sequence[StoredEvent | EventId]]:
    """Yield what happens to the owner's jobs from now on, or from the last event seen.

    What there is comes together; nothing at all means that it is quiet. A new client gets a
    snapshot of each job that waits or runs, and then where to go on if the connection breaks
    before anything has happened. One whose gap cannot be filled gets those too, and one
    of each job that ended meanwhile.
    """
    key = key_of_owner(owner)
    # Before the rows are read, so that nothing falls between these and what follows.
    now = await relay.now()
    after = seen or await relay.tip(key)
    yield [StoredEvent(None, Connected())]
    if seen is None:
        async for page in _snapshots(owner, jobs, ended_since=None):
            yield page
        yield [after if after != BEFORE_ALL else now]
    async for heard in relay.follow(key, after=after):
        if isinstance(heard, Gap):
            async for page in _snapshots(owner, jobs, ended_since=_before(heard.after)):
                yield page
        else:
            yield heard


async def _snapshots(
    owner: str, jobs: JobStore, *, ended_since: datetime | None
) -> AsyncIterator[list[StoredEvent]]:
    """The jobs as they stand, a page of them at a time."""
    last, is_last = "", False
    while not is_last:
        found = await jobs.current(
            owner=owner, ended_since=ended_since, after_id=last, limit=JOBS_AT_A_TIME
        )
        if found:
            yield [StoredEvent(None, Snapshot(job=to_builtins(view(job))), job.id) for job in found]
            last = found[-1].id
        is_last = len(found) < JOBS_AT_A_TIME


def _before(event_id: EventId) -> datetime:
    """A moment surely before an event; a time that no clock has yet counts as now."""
    now = datetime.now(UTC)
    seconds = min(event_id.milliseconds / 1000, now.timestamp())
    return datetime.fromtimestamp(seconds, UTC) - CLOCKS_DIFFER_BY
