"""The event streams: of one job and of all, for programs and for pages."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.params import Parameter
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Progress, Snapshot, is_terminal
from app.contract.tasks import JobState
from app.db.jobs.shares import permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.progress.streams import BEFORE_ALL, EventId, StoredEvent, key_of, parse_event_id
from app.web.http.problems import problems
from app.web.http.security import READ_BY_SCRIPT, User
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_docs import (
    EVENT_STREAM,
    EVENTS_OF_ALL,
    EVENTS_OF_ONE,
    HAS_ENDED,
    described,
)
from app.web.streaming.event_stream import EventStream
from app.web.streaming.job_events import end_id, job_events
from app.web.streaming.limits import StreamLimits
from app.web.streaming.owner_events import owner_events
from app.web.streaming.progress_panel import ProgressPanel, panel_so_far
from app.web.streaming.sse import (
    KEEP_ALIVE,
    RETRY_MS,
    Told,
    as_json,
    come_back,
)
from app.web.wait_estimate import Waiting

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


@get(
    "/api/v1/events",
    media_type=EVENT_STREAM,
    tags=["events"],
    operation_id="followAllJobs",
    responses=described("The events of all jobs; the data names the job.", EVENTS_OF_ALL)
    | problems(429),
    opt=READ_BY_SCRIPT,
)
async def all_events_as_json(
    request: AnyRequest,
    jobs: JobStore,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    last_event_id: str = LastEventId,
    after: str = After,
) -> Response[Any]:
    """Follow all of the caller's jobs over one connection, as a dashboard does. It has no end.

    The data of each event has the ``job_id``. A new job is told by a ``progress`` event at the step
    ``queued``. A new client gets a ``snapshot`` of each job that waits or runs, then what happens.
    A client that comes back with ``Last-Event-ID`` gets what it missed; one whose gap cannot be
    filled gets snapshots again, also of the jobs that ended meanwhile. Jobs that others share with
    the caller are not in it; each has its own stream.
    """
    owner, seen = request.user.name, parse_event_id(last_event_id or after)
    messages = as_json(owner_events(owner, seen, jobs, relay), relay, of_many_jobs=True)
    return EventStream(await limits.admit(owner, access.while_let_in(messages, request.user)))


@get(
    "/api/v1/jobs/{job_id:str}/events",
    media_type=EVENT_STREAM,
    tags=["events"],
    operation_id="followJob",
    responses=described("The events of the job, up to its last.", EVENTS_OF_ONE)
    | problems(404, 429)
    | HAS_ENDED,
    opt=READ_BY_SCRIPT,
)
async def job_events_as_json(
    request: AnyRequest,
    job_id: str,
    waiting: Waiting,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    last_event_id: str = LastEventId,
    after: str = After,
) -> Response[Any]:
    """Follow a job: every event it still has, then each as it happens, until the job ends.

    A client that comes back with ``Last-Event-ID`` gets what it missed; one whose gap cannot be
    filled gets a ``snapshot``. A client that has seen the end gets 204, which ends an EventSource.
    With too many streams open the answer is 429 (the caller's) or 503 (all), with ``Retry-After``.
    """
    job = await permitted(job_id, request.user.name)
    seen = parse_event_id(last_event_id or after)
    if seen and await _has_seen_the_end(job, relay, seen):
        return Response(None, status_code=NO_CONTENT)
    messages = as_json(job_events(job, seen, waiting, relay), relay)
    watched = access.while_let_in(messages, request.user, job)
    return EventStream(await limits.admit(request.user.name, watched))


@get(
    "/jobs/{job_id:str}/events",
    media_type=EVENT_STREAM,
    include_in_schema=False,
    opt=READ_BY_SCRIPT,
)
async def job_events_as_html(
    request: AnyRequest,
    job_id: str,
    waiting: Waiting,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    watch: bool = False,
) -> Response[Any]:
    """Follow a job on its page: the whole progress panel, drawn anew at each event.

    With ``watch`` what already happened is shown step by step, otherwise at once, as it is to a
    page that comes back.
    """
    watch = watch and "Last-Event-ID" not in request.headers
    job = await permitted(job_id, request.user.name)
    heard = job_events(job, None, waiting, relay)
    messages = _as_html(ProgressPanel(request.app), heard, relay, watch=watch)
    watched = access.while_let_in(messages, request.user, job)
    return EventStream(await limits.admit(request.user.name, watched))


@get(
    "/jobs/{job_id:str}/panel",
    media_type=MediaType.HTML,
    include_in_schema=False,
    opt=READ_BY_SCRIPT,
)
async def job_panel(request: AnyRequest, job_id: str, waiting: Waiting, relay: Relay) -> str:
    """The progress panel as it stands, for a page that cannot have the stream."""
    job = await permitted(job_id, request.user.name)
    return (await panel_so_far(job, request.app, waiting, relay)).render()


async def _has_seen_the_end(job: Job, relay: Relay, seen: EventId) -> bool:
    """Whether the event seen last ended the job; a stream that Redis lost does not tell."""
    if not JobState(job.state).is_final:
        return False
    events = (await relay.read(key_of(job.id), after=BEFORE_ALL)).events
    ends = [stored.id for stored in events if is_terminal(stored.event)]
    return seen in (end_id(job), *ends[-1:])


async def _as_html(
    panel: ProgressPanel, told: Told, relay: Relay, *, watch: bool
) -> AsyncIterator[bytes]:
    has_ended = False
    async for events in told:
        if not events:
            yield KEEP_ALIVE
        for stored in events:
            panel.apply(stored.event)
            has_ended = is_terminal(stored.event)
            watch = watch or isinstance(stored.event, Snapshot) or has_ended
            if not watch:
                continue
            yield _drawn(panel, stored)
            if relay.is_draining:
                break
            if isinstance(stored.event, Progress):
                await asyncio.sleep(SHOWN_AT_LEAST_S)
        if relay.is_draining:
            break
    if relay.is_draining and not has_ended:  # the page must come back for the rest
        yield come_back()
    else:
        yield ServerSentEventMessage(data="", event="ended").encode()


def _drawn(panel: ProgressPanel, stored: StoredEvent) -> bytes:
    event_id = str(stored.id) if stored.id else None
    return ServerSentEventMessage(
        data=panel.render(), event="panel", id=event_id, retry=RETRY_MS
    ).encode()
