"""The routes of the event streams: of one job and of all jobs as JSON, and those beside them."""

from typing import Any

from litestar import Request, Response, get

from app.db.jobs.shares import permitted
from app.db.jobs.store import JobStore
from app.progress.relay import Relay
from app.progress.streams import parse_event_id
from app.web.http.problems import problems
from app.web.http.security import READ_BY_SCRIPT, User
from app.web.streaming import panel_routes, token_routes
from app.web.streaming.access import StreamAccess
from app.web.streaming.cloud_events import EventFormat, cloud_stream
from app.web.streaming.event_docs import (
    EVENT_STREAM,
    EVENTS_OF_ALL,
    EVENTS_OF_ONE,
    HAS_ENDED,
    described,
)
from app.web.streaming.event_stream import EventStream
from app.web.streaming.job_events import has_seen_the_end, job_events
from app.web.streaming.limits import StreamLimits
from app.web.streaming.owner_events import owner_events
from app.web.streaming.parameters import After, Format, Heartbeats, LastEventId, WithWatchers
from app.web.streaming.sse import HEARTBEAT, KEEP_ALIVE, as_json
from app.web.streaming.watchers import Watcher, Watchers
from app.web.wait_estimate import WaitEstimate

NO_CONTENT = 204

AnyRequest = Request[User, Any, Any]


@get(
    "/api/v1/events",
    media_type=EVENT_STREAM,
    tags=["events"],
    operation_id="followAllJobs",
    responses=described("The events of all jobs; the data has the job's id.", EVENTS_OF_ALL)
    | problems(429),
    opt=READ_BY_SCRIPT,
)
async def all_events_as_json(
    request: AnyRequest,
    jobs: JobStore,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    last_event_id: LastEventId = "",
    after: str = After,
    heartbeats: Heartbeats = False,
    event_format: EventFormat = Format,
) -> Response[Any]:
    """Follow all of the caller's jobs over one connection, which has no end.

    The data of each event has the ``job_id``. A new job starts with a ``progress`` event at the
    step ``queued``. A new client gets a ``snapshot`` of each queued or running job, then new
    events. A client that reconnects with ``Last-Event-ID`` gets the events it missed; if they are
    no longer kept it gets snapshots again, also of jobs that ended since. Jobs that others share
    with the caller are not included; each has its own stream.
    """
    owner, seen = request.user.name, parse_event_id(last_event_id or after)
    messages = as_json(
        owner_events(owner, seen, jobs, relay),
        relay,
        of_many_jobs=True,
        when_quiet=HEARTBEAT if heartbeats else KEEP_ALIVE,
        cloud=cloud_stream(request, event_format, owner=owner),
    )
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
    waiting: WaitEstimate,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    watchers: Watchers,
    last_event_id: LastEventId = "",
    after: str = After,
    event_format: EventFormat = Format,
    with_watchers: bool = WithWatchers,
) -> Response[Any]:
    """Follow a job: the events so far, then each new one until the job ends.

    A client that reconnects with ``Last-Event-ID`` gets the events it missed; if they are no longer
    kept it gets a ``snapshot``. A client that has seen the end gets 204, which stops an
    EventSource. If too many streams are open the status is 429 (the caller's) or 503 (all users'),
    with ``Retry-After``.
    """
    job = await permitted(job_id, request.user.name)
    seen = parse_event_id(last_event_id or after)
    if seen and await has_seen_the_end(job, relay, seen):
        return Response(None, status_code=NO_CONTENT)
    cloud = cloud_stream(request, event_format, job_id=job.id)
    batches = job_events(job, seen, waiting, relay)
    if with_watchers:
        batches = watchers.joined(batches, job.id, Watcher.of(request.user))
    messages = as_json(batches, relay, cloud=cloud)
    watched = access.while_let_in(messages, request.user, job)
    return EventStream(await limits.admit(request.user.name, watched), job_id=job.id)


HANDLERS = [all_events_as_json, job_events_as_json, *panel_routes.HANDLERS, *token_routes.HANDLERS]
