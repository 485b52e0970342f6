"""The events of all jobs of a user, over one stream without an end."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import to_builtins

from app.contract.events import Connected, Snapshot
from app.db.jobs.store import JobStore
from app.progress.relay import Gap, Relay
from app.progress.streams import BEFORE_ALL, EventId, StoredEvent, key_of_owner
from app.web.job_view import view

JOBS_AT_A_TIME = 100
# The largest difference between the clocks of Redis and the database.
CLOCKS_DIFFER_BY = timedelta(minutes=1)


async def owner_events(
    owner: str, seen: EventId | None, jobs: JobStore, relay: Relay
) -> AsyncIterator[Sequence[StoredEvent | EventId]]:
    """Yield the events of the owner's jobs from now on, or after the last event seen.

    Events that are available are yielded together; an empty list means that the stream is quiet. A
    new client gets a snapshot of each queued or running job, and then the id at which to continue
    if the connection breaks before the first event. A client with a gap gets these snapshots
    again, and one of each job that ended in the gap.
    """
    key = key_of_owner(owner)
    # Read before the rows, so that no event between the two is missed.
    now = await relay.streams.now()
    after = seen or await relay.streams.tip(key)
    yield [StoredEvent(None, Connected())]
    if seen is None:
        async for page in _snapshots(owner, jobs, ended_since=None):
            yield page
        yield [after if after != BEFORE_ALL else now]
    async for received in relay.follow(key, after=after):
        if isinstance(received, Gap):
            async for page in _snapshots(owner, jobs, ended_since=_before(received.after)):
                yield page
        else:
            yield received


async def _snapshots(
    owner: str, jobs: JobStore, *, ended_since: datetime | None
) -> AsyncIterator[list[StoredEvent]]:
    """Yield snapshots of an owner's jobs, a page at a time."""
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
    """A time that is certainly before an event; a time in the future counts as now."""
    now = datetime.now(UTC)
    seconds = min(event_id.milliseconds / 1000, now.timestamp())
    return datetime.fromtimestamp(seconds, UTC) - CLOCKS_DIFFER_BY
