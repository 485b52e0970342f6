"""The progress panel of a job's page: as an event stream, and for a page that polls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, TypeAlias

from litestar import MediaType, Response, get
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Progress, Snapshot, is_terminal
from app.contract.events import Watchers as WatchersEvent
from app.db.jobs.sharing.permission import permitted
from app.progress.relay import Relay
from app.progress.streams import StoredEvent
from app.storage import Folder
from app.web.http.identity.security import READ_BY_SCRIPT, AnyRequest
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
    messages = _as_html(_PanelMessages(panel, name_rows, watch=watch), batches, relay)
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
    messages: "_PanelMessages", batches: EventBatches, relay: Relay
) -> AsyncIterator[bytes]:
    pauses = StepPauses()
    async with aclosing(read_ahead(batches)) as ahead:
        async for events, following in ahead:
            if not events:
                yield KEEP_ALIVE
            for stored in events:
                if message := await messages.of(stored):
                    yield message
                if relay.is_draining:
                    break
                if message and isinstance(stored.event, Progress):
                    await pauses.wait(events, following)
            if relay.is_draining:
                break
    if relay.is_draining and not messages.have_ended:  # the page must reconnect for the rest
        yield reconnect_soon()
        raise StreamEnd(WEB_STOPS)
    yield ServerSentEventMessage(data="", event="ended").encode()


class _PanelMessages:
    """The messages of a page that follows a job, with ``watch`` from the first event on."""

    def __init__(self, panel: ProgressPanel, name_rows: NameRows, *, watch: bool) -> None:
        self.have_ended = False
        self._panel = panel
        self._name_rows = name_rows
        self._watch = watch

    async def of(self, stored: StoredEvent) -> bytes | None:
        """The message after an event; None for one that the page has shown already."""
        if isinstance(stored.event, WatchersEvent):
            return _watchers_message(self._panel.others(stored.event))
        self._panel.apply(stored.event)
        await self._name_rows()
        self.have_ended = is_terminal(stored.event)
        self._watch = self._watch or isinstance(stored.event, Snapshot) or self.have_ended
        return _panel_message(self._panel, stored) if self._watch else None


def _watchers_message(text: str) -> bytes:
    return ServerSentEventMessage(data=text, event="watchers").encode()


def _panel_message(panel: ProgressPanel, stored: StoredEvent) -> bytes:
    event_id = str(stored.id) if stored.id else None
    return ServerSentEventMessage(
        data=panel.render(), event="panel", id=event_id, retry=RETRY_MS
    ).encode()


HANDLERS = [job_events_as_html, job_panel]
