"""The event streams: what the relay hears, as server-sent events for programs and for pages.

Server-sent events are defined at https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import PermissionDeniedException
from litestar.params import Parameter
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Cancelled, Connected, Progress, Snapshot, encode, is_terminal
from app.contract.tasks import JobState
from app.db.jobs import JobNotFoundError, JobStore
from app.db.tables import Job
from app.progress.relay import Relay
from app.progress.streams import (
    BEFORE_ALL,
    TOLD_FROM_ROW,
    EventId,
    StoredEvent,
    parse_event_id,
)
from app.web.fragments import ProgressPanel
from app.web.security import User
from app.web.stream_limits import StreamLimits
from app.web.views import final_event, view

KEEP_ALIVE_S = 15.0
RETRY_MS = 3000
COME_BACK_MS = (500, 3000)
# The page shows each step for at least this long, so that a person sees even a quick job pass.
SHOWN_AT_LEAST_S = 0.12
NO_CONTENT = 204

AnyRequest = Request[User, Any, Any]
LastEventId = Parameter(
    header="Last-Event-ID",
    default="",
    description="The id of the last event seen; the stream goes on after it.",
)
After = Parameter(
    query="after",
    default="",
    description="The same as Last-Event-ID, for clients that cannot set a header.",
)


@get("/api/v1/jobs/{job_id:str}/events", media_type="text/event-stream", tags=["events"])
async def job_events_as_json(
    request: AnyRequest,
    job_id: str,
    jobs: JobStore,
    relay: Relay,
    limits: StreamLimits,
    last_event_id: str = LastEventId,
    after: str = After,
) -> Response[Any]:
    """Follow a job: every event it still has, then each as it happens, until the job ends.

    A client that comes back with ``Last-Event-ID`` gets what it missed; one whose gap cannot be
    filled gets a ``snapshot``. One that has heard the end is answered 204, which ends an
    EventSource.
    With too many streams open the answer is 429 (the caller's) or 503 (all), with ``Retry-After``.
    """
    _refuse_foreign_pages(request)
    job = await jobs.get(job_id, owner=request.user.name)
    seen = parse_event_id(last_event_id or after)
    if seen and await _has_heard_the_end(job, relay, seen):
        return Response(None, status_code=NO_CONTENT)
    messages = _as_json(job_events(job, seen, jobs, relay), relay)
    return _stream(limits.admit(request.user.name, messages))


@get("/jobs/{job_id:str}/events", media_type="text/event-stream", include_in_schema=False)
async def job_events_as_html(
    request: AnyRequest,
    job_id: str,
    jobs: JobStore,
    relay: Relay,
    limits: StreamLimits,
    watch: bool = False,
) -> Response[Any]:
    """Follow a job on its page: the whole progress panel, drawn anew at each event.

    With ``watch`` what already happened is shown step by step, otherwise at once, as it is to a
    page that comes back.
    """
    _refuse_foreign_pages(request)
    watch = watch and "Last-Event-ID" not in request.headers
    job = await jobs.get(job_id, owner=request.user.name)
    panel = ProgressPanel.before_start(job, request.app)
    messages = _as_html(panel, job_events(job, None, jobs, relay), relay, watch=watch)
    return _stream(limits.admit(request.user.name, messages))


async def job_events(
    job: Job, seen: EventId | None, jobs: JobStore, relay: Relay
) -> AsyncIterator[StoredEvent | None]:
    """Yield what a client has not seen, in order, up to the event that ends the job.

    None means quiet. A job whose last event was lost with Redis ends by its row in the database.
    """
    yield StoredEvent(None, Connected(job_id=job.id))
    last = seen or BEFORE_ALL
    is_seamless = seen is not None and bool(await relay.event(job.id, seen))
    missed = await _of_this_run(job, await relay.history(job.id, after=last), jobs)
    for stored in missed:
        last = stored.id or last
        yield stored
        if is_terminal(stored.event):
            return
    job = await jobs.get(job.id)
    if not is_seamless:
        yield StoredEvent(None, _snapshot(job, missed))
    async for event in _live(job, last, jobs, relay):
        yield event


async def _of_this_run(job: Job, events: list[StoredEvent], jobs: JobStore) -> list[StoredEvent]:
    """The events without those of an earlier run, which ended before the job was started again."""
    ends = [place for place, stored in enumerate(events) if is_terminal(stored.event)]
    if ends and not JobState((await jobs.get(job.id)).state).is_final:
        return events[ends[-1] + 1 :]
    return events


def _snapshot(job: Job, missed: list[StoredEvent]) -> Snapshot:
    """The job as it stands: its row, which follows within a second, and its last progress."""
    shown = msgspec.to_builtins(view(job))
    entered = [stored.event for stored in missed if isinstance(stored.event, Progress)]
    if entered and job.state == JobState.RUNNING:
        latest = entered[-1]
        shown |= {"step": latest.current_step, "percentage": latest.percentage}
        shown |= {"message": latest.message}
    return Snapshot(job=shown)


async def _live(
    job: Job, last: EventId, jobs: JobStore, relay: Relay
) -> AsyncIterator[StoredEvent | None]:
    if JobState(job.state).is_final:
        for late in await relay.history(job.id, after=last):  # told since it was read
            last = late.id or last
            yield late
            if is_terminal(late.event):
                return
        yield _end_by_row(job, last)
        return
    async for stored in relay.follow(job.id, after=last, keep_alive_s=KEEP_ALIVE_S):
        event = stored or await _end_without_event(job, last, jobs)
        last = (stored and stored.id) or last
        yield event
        if event and is_terminal(event.event):
            return


async def _end_without_event(job: Job, last: EventId, jobs: JobStore) -> StoredEvent | None:
    """Whether a quiet job has ended all the same: its worker may have died before it told."""
    try:
        job = await jobs.get(job.id)
    except JobNotFoundError:
        return StoredEvent(None, Cancelled(message="The job was deleted."))
    return _end_by_row(job, last) if JobState(job.state).is_final else None


def _end_by_row(job: Job, last: EventId) -> StoredEvent:
    """The end of a job whose last event was lost; its id comes right after what the client has."""
    return StoredEvent(EventId(last.milliseconds, TOLD_FROM_ROW), final_event(job))


async def _has_heard_the_end(job: Job, relay: Relay, seen: EventId) -> bool:
    """Whether the last thing a client heard was the end, so that it need not come back."""
    if not JobState(job.state).is_final:
        return False
    heard = await relay.event(job.id, seen)
    return seen.counter == TOLD_FROM_ROW or (heard is not None and is_terminal(heard.event))


async def _as_json(
    events: AsyncIterator[StoredEvent | None], relay: Relay
) -> AsyncIterator[ServerSentEventMessage]:
    async for stored in events:
        if stored is None:
            yield ServerSentEventMessage(data=None, comment="quiet")
            continue
        yield ServerSentEventMessage(
            data=encode(stored.event).decode(),
            event=stored.event.name,
            id=str(stored.id) if stored.id else None,
            retry=RETRY_MS if isinstance(stored.event, Connected) else None,
        )
    if relay.is_draining:
        yield _come_back()


async def _as_html(
    panel: ProgressPanel,
    events: AsyncIterator[StoredEvent | None],
    relay: Relay,
    *,
    watch: bool,
) -> AsyncIterator[ServerSentEventMessage]:
    has_ended = False
    async for stored in events:
        if stored is None:
            yield ServerSentEventMessage(data=None, comment="quiet")
            continue
        panel.apply(stored.event)
        has_ended = is_terminal(stored.event)
        watch = watch or isinstance(stored.event, Snapshot) or has_ended
        if not watch:
            continue
        event_id = str(stored.id) if stored.id else None
        yield ServerSentEventMessage(
            data=panel.render(), event="panel", id=event_id, retry=RETRY_MS
        )
        if relay.is_draining:
            break
        if isinstance(stored.event, Progress):
            await asyncio.sleep(SHOWN_AT_LEAST_S)
    if relay.is_draining and not has_ended:  # the page must come back for the rest
        yield _come_back()
    else:
        yield ServerSentEventMessage(data="", event="ended")


def _come_back() -> ServerSentEventMessage:
    """Ask the client to come back, each at its own time, so that not all do so at once."""
    return ServerSentEventMessage(data=None, retry=random.randint(*COME_BACK_MS))  # noqa: S311


def _stream(messages: AsyncIterator[ServerSentEventMessage]) -> Response[Any]:
    return ServerSentEvent(messages, headers={"Cache-Control": "no-store"})


def _refuse_foreign_pages(request: AnyRequest) -> None:
    """A page of another site must not listen with the cookie of this one."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise PermissionDeniedException("Event streams are for pages of this site only.")
