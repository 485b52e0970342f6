"""The event streams for dashboards on other sites: a stream token opens them, and nothing else.

They know no session and no API token, so a foreign page gets nothing by the cookies of its visitor.
"""

from typing import Any

from litestar import Response, get

from app.db.accounts.stream_tokens import Bound, Opens
from app.db.jobs.sharing.permission import permitted
from app.progress.relay import Relay
from app.progress.streams import EventId
from app.web.http.faults.problems import problems
from app.web.http.identity.security import AnyRequest
from app.web.streaming.access import StreamAccess
from app.web.streaming.cloud_events import EventFormat, cloud_overviews, cloud_stream
from app.web.streaming.event_docs import (
    EVENT_STREAM,
    EVENTS_OF_ALL,
    EVENTS_OF_ONE,
    HAS_ENDED,
    OVERVIEWS,
    described,
)
from app.web.streaming.event_stream import EventStream
from app.web.streaming.json_streams import JsonStreams
from app.web.streaming.limits import StreamLimits
from app.web.streaming.overview import overview_events
from app.web.streaming.parameters import CONTINUED, Format, Heartbeats, Secret, Tag
from app.web.streaming.token_reader import reader_of
from app.web.streaming.watchers import Watchers

# The stream token is checked by the handler, which takes no other login.
BY_STREAM_TOKEN = {"exclude_from_auth": True, "skip_session": True}
ALL = Bound(Opens.ALL)


@get(
    "/api/v1/streams/events",
    media_type=EVENT_STREAM,
    tags=["dashboards"],
    operation_id="followJobsByStreamToken",
    dependencies=CONTINUED,
    responses=described("The events of the jobs; the data has the job's id.", EVENTS_OF_ALL)
    | problems(429),
    opt=BY_STREAM_TOKEN,
)
async def events_by_token(
    request: AnyRequest,
    json_streams: JsonStreams,
    seen: EventId | None,
    heartbeats: Heartbeats = False,
    event_format: EventFormat = Format,
    token: str = Secret,
    tag: Tag = "",
) -> Response[Any]:
    """Follow all jobs of the owner of a stream token, or those with a tag.

    It is as `/api/v1/events`. A token that is bound to a tag opens the stream of that tag alone.
    """
    user = await reader_of(request, token, ALL, *_of_tag(tag))
    cloud = cloud_stream(request, event_format, owner=user.name)
    return await json_streams.of_owner(user, seen, cloud=cloud, heartbeats=heartbeats, tag=tag)


@get(
    "/api/v1/streams/overview/events",
    media_type=EVENT_STREAM,
    tags=["dashboards"],
    operation_id="followOverviewByStreamToken",
    responses=described("The overview at once, and whenever it has changed.", OVERVIEWS)
    | problems(429),
    opt=BY_STREAM_TOKEN,
)
async def overview_by_token(
    request: AnyRequest,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    event_format: EventFormat = Format,
    token: str = Secret,
    tag: Tag = "",
) -> Response[Any]:
    """Follow how many jobs are in each state, and the last results, as tiles show them."""
    user = await reader_of(request, token, ALL, *_of_tag(tag))
    cloud = cloud_overviews(request, event_format, owner=user.name, tag=tag)
    messages = overview_events(user.name, tag, relay, cloud)
    return EventStream(await limits.admit(user.name, access.while_let_in(messages, user)))


@get(
    "/api/v1/streams/jobs/{job_id:str}/events",
    media_type=EVENT_STREAM,
    tags=["dashboards"],
    operation_id="followJobByStreamToken",
    dependencies=CONTINUED,
    responses=described("The events of the job, up to its last.", EVENTS_OF_ONE)
    | problems(404, 429)
    | HAS_ENDED,
    opt=BY_STREAM_TOKEN,
)
async def job_events_by_token(
    request: AnyRequest,
    job_id: str,
    json_streams: JsonStreams,
    watchers: Watchers,
    seen: EventId | None,
    event_format: EventFormat = Format,
    token: str = Secret,
) -> Response[Any]:
    """Follow a job with a stream token for it, or one for all jobs if the job is its owner's own.

    It is as `/api/v1/jobs/{job_id}/events`.
    """
    bound_to_it = Bound(Opens.JOB, job_id)
    user = await reader_of(request, token, ALL, bound_to_it)
    job = await permitted(job_id, user.name)
    if job.owner != user.name:  # a token for all jobs is for those of its owner
        await reader_of(request, token, bound_to_it)
    cloud = cloud_stream(request, event_format, job_id=job.id)
    return await json_streams.of_job(job, user, seen, cloud=cloud, follow=watchers.counted)


def _of_tag(tag: str) -> tuple[Bound, ...]:
    return (Bound(Opens.TAG, tag),) if tag else ()


HANDLERS = [events_by_token, overview_by_token, job_events_by_token]
