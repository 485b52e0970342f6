"""The routes of the event streams: of one job and of all jobs as JSON, and those beside them."""

from typing import Any

from litestar import Response, get

from app.db.jobs.sharing.permission import permitted
from app.progress.streams import EventId
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ_BY_SCRIPT, AnyRequest
from app.web.streaming import panel_routes, token_routes
from app.web.streaming.cloud_events import EventFormat, cloud_stream
from app.web.streaming.event_docs import (
    EVENT_STREAM,
    EVENTS_OF_ALL,
    EVENTS_OF_ONE,
    HAS_ENDED,
    described,
)
from app.web.streaming.json_streams import JsonStreams
from app.web.streaming.parameters import CONTINUED, Format, Heartbeats, WithWatchers
from app.web.streaming.watchers import Watchers


@get(
    "/api/v1/events",
    media_type=EVENT_STREAM,
    tags=["events"],
    operation_id="followAllJobs",
    dependencies=CONTINUED,
    responses=described("The events of all jobs; the data has the job's id.", EVENTS_OF_ALL)
    | problems(429),
    opt=READ_BY_SCRIPT,
)
async def all_events_as_json(
    request: AnyRequest,
    json_streams: JsonStreams,
    seen: EventId | None,
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
    cloud = cloud_stream(request, event_format, owner=request.user.name)
    return await json_streams.of_owner(request.user, seen, cloud=cloud, heartbeats=heartbeats)


@get(
    "/api/v1/jobs/{job_id:str}/events",
    media_type=EVENT_STREAM,
    tags=["events"],
    operation_id="followJob",
    dependencies=CONTINUED,
    responses=described("The events of the job, up to its last.", EVENTS_OF_ONE)
    | problems(404, 429)
    | HAS_ENDED,
    opt=READ_BY_SCRIPT,
)
async def job_events_as_json(
    request: AnyRequest,
    job_id: str,
    json_streams: JsonStreams,
    watchers: Watchers,
    seen: EventId | None,
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
    cloud = cloud_stream(request, event_format, job_id=job.id)
    follow = watchers.joined if with_watchers else None
    return await json_streams.of_job(job, request.user, seen, cloud=cloud, follow=follow)


HANDLERS = [all_events_as_json, job_events_as_json, *panel_routes.HANDLERS, *token_routes.HANDLERS]
