"""What a client that follows one job is told: what it missed, then what happens, to the end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
from redis.exceptions import RedisError

from app.contract.events import Cancelled, Connected, Progress, Snapshot, is_terminal
from app.contract.tasks import JobState
from app.db.jobs.store import JobNotFoundError, JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import final_event
from app.progress.relay import ANSWER_TIMEOUT_S, RECONNECT_PAUSE_S, Gap, Relay
from app.progress.streams import BEFORE_ALL, EventId, Reading, StoredEvent, key_of
from app.web.wait_estimate import Waiting

logger = logging.getLogger(__name__)


async def job_events(
    job: Job, seen: EventId | None, waiting: Waiting, relay: Relay
) -> AsyncIterator[list[StoredEvent]]:
    """Yield what a client has not seen, in order, up to the event that ends the job.

    What there is comes together; nothing at all means that it is quiet. A client whose gap cannot
    be filled gets a snapshot of the row. A job whose last event was lost with Redis ends by its
    row.
    """
    reading = await _first_reading(job, seen, relay)
    while reading is None:
        yield []
        reading = await _first_reading(job, seen, relay)
    told, last, is_whole = reading
    told = _up_to_end(await _of_this_run(job, told, waiting.jobs))
    latest, has_ended = _latest_progress(told), _has_ended(told)
    if not has_ended:
        job = await waiting.jobs.get(job.id)
        if not is_whole:
            told.append(await _snapshot(job, latest, waiting))
        if has_ended := JobState(job.state).is_final:
            told += await _end_when_there(job, last, relay) or []
            has_ended = _has_ended(told)
    yield [StoredEvent(None, Connected(job_id=job.id)), *told]
    del told  # or it would be kept as long as the stream
    if not has_ended:
        async for live in _live(job, last, latest, waiting, relay):
            yield live


async def _first_reading(job: Job, seen: EventId | None, relay: Relay) -> Reading | None:
    """What the stream of a job holds; None, after a pause, while Redis is away."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await relay.read(key_of(job.id), after=seen or BEFORE_ALL)
    except (RedisError, TimeoutError) as error:
        logger.warning("The stream of job %s cannot be read (%r).", job.id, error)
        await asyncio.sleep(RECONNECT_PAUSE_S)
        return None


async def _end_when_there(job: Job, last: EventId, relay: Relay) -> list[StoredEvent] | None:
    """The end of a job; None while Redis is away, which may have more to tell before it."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await _end_from(job, last, relay)
    except (RedisError, TimeoutError) as error:
        logger.warning("The end of job %s waits for Redis (%r).", job.id, error)
        return None


async def _end_from(job: Job, last: EventId, relay: Relay) -> list[StoredEvent]:
    """What was told since the stream was read, and the end from the row if that lacks it."""
    late = (await relay.read(key_of(job.id), after=last)).events
    told = _up_to_end(late)
    return told if _has_ended(told) else [*told, _end_of(job)]


async def events_so_far(job: Job, waiting: Waiting, relay: Relay) -> list[StoredEvent]:
    """What a client that comes now and does not stay is told: all that was, and how it stands."""
    reading = await relay.read(key_of(job.id), after=BEFORE_ALL)
    told = await _of_this_run(job, reading.events, waiting.jobs)
    if _has_ended(told):
        return told
    job = await waiting.jobs.get(job.id)
    told.append(await _snapshot(job, _latest_progress(told), waiting))
    if JobState(job.state).is_final:
        told.append(_end_of(job))
    return told


async def _live(
    job: Job, last: EventId, latest: Progress | None, waiting: Waiting, relay: Relay
) -> AsyncIterator[list[StoredEvent]]:
    silence = _Silence()
    async for heard in relay.follow(key_of(job.id), after=last):
        told = [] if isinstance(heard, Gap) else _up_to_end(heard)
        if not told:
            told = await _end_without_event(job, last, waiting, relay)
        if not told and (isinstance(heard, Gap) or await _is_new_silence(job, waiting, silence)):
            told = [await _snapshot(await waiting.row(job.id), latest, waiting)]
        yield told
        last = next((each.id for each in reversed(told) if each.id), last)
        latest = _latest_progress(told) or latest
        if _has_ended(told):
            return


@dataclass
class _Silence:
    """Whether a client was told that no worker answers."""

    is_told: bool = False


async def _is_new_silence(job: Job, waiting: Waiting, silence: _Silence) -> bool:
    """Whether a quiet job waits because no worker answers, or does so no more."""
    try:
        row = await waiting.row(job.id)
    except JobNotFoundError:
        return False
    was_told = silence.is_told
    silence.is_told = row.state == JobState.QUEUED and bool(await waiting.no_worker())
    return silence.is_told or was_told


def _up_to_end(events: list[StoredEvent]) -> list[StoredEvent]:
    ends = (place for place, stored in enumerate(events, 1) if is_terminal(stored.event))
    return events[: next(ends, len(events))]


def _has_ended(told: list[StoredEvent]) -> bool:
    return bool(told) and is_terminal(told[-1].event)


async def _of_this_run(job: Job, events: list[StoredEvent], jobs: JobStore) -> list[StoredEvent]:
    """The events without those of an earlier run, which ended before the job was started again."""
    ends = [place for place, stored in enumerate(events) if is_terminal(stored.event)]
    if ends and not JobState((await jobs.get(job.id)).state).is_final:
        return events[ends[-1] + 1 :]
    return events


def _latest_progress(events: list[StoredEvent]) -> Progress | None:
    entered = [stored.event for stored in events if isinstance(stored.event, Progress)]
    return entered[-1] if entered else None


async def _snapshot(job: Job, latest: Progress | None, waiting: Waiting) -> StoredEvent:
    """The job as it stands: its row, which follows within a second, and its last progress."""
    shown = msgspec.to_builtins(await waiting.view(job))
    if latest and job.state == JobState.RUNNING:
        shown |= {"step": latest.current_step, "percentage": latest.percentage}
        shown |= {"message": latest.message}
    return StoredEvent(None, Snapshot(job=shown))


async def _end_without_event(
    job: Job, last: EventId, waiting: Waiting, relay: Relay
) -> list[StoredEvent]:
    """What a quiet job that has ended all the same was told of: its worker may have died since."""
    try:
        job = await waiting.row(job.id)
    except JobNotFoundError:
        return [StoredEvent(None, Cancelled(message="The job was deleted."))]
    if not JobState(job.state).is_final:
        return []
    return await _end_when_there(job, last, relay) or []


def _end_of(job: Job) -> StoredEvent:
    """The end of a job told from its row, for want of the stream's."""
    return StoredEvent(end_id(job), final_event(job))


def end_id(job: Job) -> EventId:
    """An id for the end, by which a client that comes back is known to have seen it."""
    return EventId(int(job.finished_at.timestamp() * 1000), job.attempt)
