"""The progress panel of a job's page: as an event stream, and for a page that polls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, TypeAlias

from litestar import MediaType, Request, Response, get
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Progress, Snapshot, is_terminal
from app.contract.events import Watchers as WatchersEvent
from app.db.jobs.shares import permitted
from app.progress.relay import Relay
from app.progress.streams import StoredEvent
from app.storage import Folder
from app.web.http.identity.security import READ_BY_SCRIPT, User
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_docs import EVENT_STREAM
from app.web.streaming.event_stream import EventStream
from app.web.streaming.job_events import job_events
from app.web.streaming.limits import StreamLimits
from app.web.streaming.progress_panel import ProgressPanel, panel_so_far
from app.web.streaming.sse import KEEP_ALIVE, RETRY_MS, EventBatches, reconnect_soon
from app.web.streaming.step_pauses import StepPauses, read_ahead
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd
from app.web.streaming.watchers import Watcher, Watchers
from app.web.wait_estimate import WaitEstimate

AnyRequest = Request[User, Any, Any]
NameRows: TypeAlias = Callable[[], Awaitable[None]]


@get(
    "/jobs/{job_id:str}/events",
    media_type=EVENT_STREAM,
    include_in_schema=False,
    opt=READ_BY_SCRIPT,
)
async def job_events_as_html(
    request: AnyRequest,
    job_id: str,
    waiting: WaitEstimate,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
    watchers: Watchers,
    storage: Folder,
    watch: bool = False,
) -> Response[Any]:
    """Follow a job on its page: each event sends the whole progress panel again.

    With ``watch`` past events are shown step by step, as a new job needs; a page that reconnects
    gets the current panel at once.
    """
    watch = watch and "Last-Event-ID" not in request.headers
    job = await permitted(job_id, request.user.name)
    me = Watcher.of(request.user)
    batches = watchers.joined(job_events(job, None, waiting, relay), job.id, me)
    panel = ProgressPanel(request.app, me.name)
    name_rows = partial(panel.name_rows, waiting.jobs, storage)
    messages = _as_html(panel, batches, relay, name_rows, watch=watch)
    watched = access.while_let_in(messages, request.user, job)
    return EventStream(await limits.admit(request.user.name, watched), job_id=job.id)


@get(
    "/jobs/{job_id:str}/panel",
    media_type=MediaType.HTML,
    include_in_schema=False,
    opt=READ_BY_SCRIPT,
)
async def job_panel(
    request: AnyRequest, job_id: str, waiting: WaitEstimate, relay: Relay, storage: Folder
) -> str:
    """The current progress panel, for a page that cannot use the stream."""
    job = await permitted(job_id, request.user.name)
    return (await panel_so_far(job, request.app, waiting, relay, storage)).render()


async def _as_html(
    panel: ProgressPanel, batches: EventBatches, relay: Relay, name_rows: NameRows, *, watch: bool
) -> AsyncIterator[bytes]:
    has_ended, pauses = False, StepPauses()
    async with aclosing(read_ahead(batches)) as ahead:
        async for events, following in ahead:
            if not events:
                yield KEEP_ALIVE
            for stored in events:
                if isinstance(stored.event, WatchersEvent):
                    yield _watchers_message(panel.others(stored.event))
                    continue
                panel.apply(stored.event)
                await name_rows()
                has_ended = is_terminal(stored.event)
                watch = watch or isinstance(stored.event, Snapshot) or has_ended
                if not watch:
                    continue
                yield _panel_message(panel, stored)
                if relay.is_draining:
                    break
                if isinstance(stored.event, Progress):
                    await pauses.wait(events, following)
            if relay.is_draining:
                break
    if relay.is_draining and not has_ended:  # the page must reconnect for the rest
        yield reconnect_soon()
        raise StreamEnd(WEB_STOPS)
    yield ServerSentEventMessage(data="", event="ended").encode()


def _watchers_message(text: str) -> bytes:
    return ServerSentEventMessage(data=text, event="watchers").encode()


def _panel_message(panel: ProgressPanel, stored: StoredEvent) -> bytes:
    event_id = str(stored.id) if stored.id else None
    return ServerSentEventMessage(
        data=panel.render(), event="panel", id=event_id, retry=RETRY_MS
    ).encode()


HANDLERS = [job_events_as_html, job_panel]
