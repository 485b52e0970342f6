"""The events that a client of one job gets: those it missed, then new ones until the job ends."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
from redis.exceptions import RedisError

from app.contract.events import Cancelled, Connected, Progress, Snapshot, is_terminal
from app.contract.tasks import JobState
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import final_event
from app.observability.metrics.measured import EVENTS_RELAYED
from app.progress.relay import ANSWER_TIMEOUT_S, RECONNECT_PAUSE_S, Gap, Relay
from app.progress.streams import BEFORE_ALL, EventId, Reading, StoredEvent, key_of
from app.web.wait_estimate import WaitEstimate

# How often to look for the last events of a job whose row says that they are not published yet, and
# the pause between two looks; after that its worker is dead, and the sweeper publishes them.
LOOKS_FOR_END = 21
LOOK_EVERY_S = 0.05

logger = logging.getLogger(__name__)


async def job_events(
    job: Job, seen: EventId | None, waiting: WaitEstimate, relay: Relay
) -> AsyncIterator[list[StoredEvent]]:
    """Yield the events that a client has not seen, in order, up to the one that ends the job.

    Events that the stream holds are yielded together and first; an empty list means that the stream
    is quiet. A client with a gap gets a snapshot of the job, which takes several queries, after
    them. If Redis lost the last event of a job, the end is taken from its row in the database.
    """
    reading = await _read_stream(job, seen, relay)
    while reading is None:
        yield []
        reading = await _read_stream(job, seen, relay)
    last, is_whole = reading.last, reading.is_whole and not reading.is_damaged
    events = _until_end(await _of_current_run(job, reading.events, waiting.jobs))
    latest, has_ended = _latest_progress(events), _include_end(events)
    EVENTS_RELAYED.inc(len(events))
    yield [StoredEvent(None, Connected(job_id=job.id)), *events]
    del events  # here and below: or it stays in memory as long as the stream
    if has_ended:
        return
    job = await waiting.jobs.get(job.id)
    more = [] if is_whole else [await _snapshot(job, latest, waiting)]
    if JobState(job.state).is_final:
        more += await _end_when_there(job, last, relay) or []
        has_ended = _include_end(more)
    if more:
        EVENTS_RELAYED.inc(len(more))
        yield more
    del more
    if not has_ended:
        async for live in _live(job, last, latest, waiting, relay):
            yield live


async def _read_stream(job: Job, seen: EventId | None, relay: Relay) -> Reading | None:
    """Read the stream of a job; None, after a pause, if Redis is down."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await relay.streams.read(key_of(job.id), after=seen or BEFORE_ALL)
    except (RedisError, TimeoutError) as error:
        logger.warning("The stream of job %s cannot be read (%r).", job.id, error)
        await asyncio.sleep(RECONNECT_PAUSE_S)
        return None


async def _end_when_there(job: Job, last: EventId, relay: Relay) -> list[StoredEvent] | None:
    """The end of a job; None while Redis is down, because earlier events may still come."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await _end_from(job, last, relay)
    except (RedisError, TimeoutError) as error:
        logger.warning("The end of job %s waits for Redis (%r).", job.id, error)
        return None


async def _end_from(job: Job, last: EventId, relay: Relay) -> list[StoredEvent]:
    """The events since the last reading, with the end from the job's row if they lack it.

    A worker publishes the last events just after it has written the row, so they may be on their
    way; a client that joins meanwhile must not miss them.
    """
    for look in range(LOOKS_FOR_END):
        late = (await relay.streams.read(key_of(job.id), after=last)).events
        events = _until_end(late)
        if _include_end(events):
            return events
        if not job.untold:
            break
        if look < LOOKS_FOR_END - 1:
            await asyncio.sleep(LOOK_EVERY_S)
    return [*events, _end_of(job)]


async def events_so_far(job: Job, waiting: WaitEstimate, relay: Relay) -> list[StoredEvent]:
    """All events of a job until now and its state, for a client that does not stay."""
    reading = await relay.streams.read(key_of(job.id), after=BEFORE_ALL)
    events = await _of_current_run(job, reading.events, waiting.jobs)
    if _include_end(events):
        return events
    job = await waiting.jobs.get(job.id)
    events.append(await _snapshot(job, _latest_progress(events), waiting))
    if JobState(job.state).is_final:
        events.append(_end_of(job))
    return events


async def _live(
    job: Job, last: EventId, latest: Progress | None, waiting: WaitEstimate, relay: Relay
) -> AsyncIterator[list[StoredEvent]]:
    silence = _Silence()
    async for received in relay.follow(key_of(job.id), after=last):
        events = [] if isinstance(received, Gap) else _until_end(received)
        if not events:
            events = await _end_without_event(job, last, waiting, relay)
        if not events and (
            isinstance(received, Gap) or await _is_new_silence(job, waiting, silence)
        ):
            events = [await _snapshot(await waiting.row(job.id), latest, waiting)]
        yield events
        last = next((each.id for each in reversed(events) if each.id), last)
        latest = _latest_progress(events) or latest
        if _include_end(events):
            return


@dataclass
class _Silence:
    """Whether the client knows why no job is claimed: no worker answers, or the queue is paused."""

    is_announced: bool = False


async def _is_new_silence(job: Job, waiting: WaitEstimate, silence: _Silence) -> bool:
    """Whether the client must learn that no job is claimed, or that jobs are claimed again."""
    try:
        row = await waiting.row(job.id)
    except JobNotFoundError:
        return False
    was_announced = silence.is_announced
    silence.is_announced = row.state == JobState.QUEUED and bool(await waiting.why_all_wait())
    return silence.is_announced or was_announced


def _until_end(events: list[StoredEvent]) -> list[StoredEvent]:
    ends = (place for place, stored in enumerate(events, 1) if is_terminal(stored.event))
    return events[: next(ends, len(events))]


def _include_end(events: list[StoredEvent]) -> bool:
    return bool(events) and is_terminal(events[-1].event)


async def _of_current_run(job: Job, events: list[StoredEvent], jobs: JobStore) -> list[StoredEvent]:
    """The events of the current run; those before a restart of the job are dropped."""
    ends = [place for place, stored in enumerate(events) if is_terminal(stored.event)]
    if ends and not JobState((await jobs.get(job.id)).state).is_final:
        return events[ends[-1] + 1 :]
    return events


def _latest_progress(events: list[StoredEvent]) -> Progress | None:
    entered = [stored.event for stored in events if isinstance(stored.event, Progress)]
    return entered[-1] if entered else None


async def _snapshot(job: Job, latest: Progress | None, waiting: WaitEstimate) -> StoredEvent:
    """The state of the job: its row, which may be a second old, and its last progress."""
    shown = msgspec.to_builtins(await waiting.view(job))
    if latest and job.state == JobState.RUNNING:
        shown |= {"step": latest.current_step, "percentage": latest.percentage}
        shown |= {"message": latest.message}
    return StoredEvent(None, Snapshot(job=shown))


async def _end_without_event(
    job: Job, last: EventId, waiting: WaitEstimate, relay: Relay
) -> list[StoredEvent]:
    """The last events of a quiet job that has ended, perhaps because its worker died."""
    try:
        job = await waiting.row(job.id)
    except JobNotFoundError:
        return [StoredEvent(None, Cancelled(message="The job was deleted."))]
    if not JobState(job.state).is_final:
        return []
    return await _end_when_there(job, last, relay) or []


def _end_of(job: Job) -> StoredEvent:
    """The last event of a job, made from its row because the stream has none."""
    return StoredEvent(end_id(job), final_event(job))


def end_id(job: Job) -> EventId:
    """The id of an end made from the row; a client that reconnects sends it back."""
    return EventId(int(job.finished_at.timestamp() * 1000), job.attempt)


async def has_seen_the_end(job: Job, relay: Relay, seen: EventId) -> bool:
    """Whether the last event seen ended the job; the row decides if Redis lost the stream."""
    if not JobState(job.state).is_final:
        return False
    events = (await relay.streams.read(key_of(job.id), after=BEFORE_ALL)).events
    ends = [stored.id for stored in events if is_terminal(stored.event)]
    return seen in (end_id(job), *ends[-1:])
