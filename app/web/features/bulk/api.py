"""The API of actions on all jobs that match a filter."""

from typing import Any

import msgspec
from litestar import Response, get, post

from app.db.jobs.changes.bulk_actions import bulk_action, recent_bulk_actions
from app.jobs.actions import ActionName
from app.progress.relay import Relay
from app.web.features.bulk.new_action import begin_action
from app.web.features.bulk.runner import BulkRunner
from app.web.features.bulk.stream import bulk_events
from app.web.features.bulk.views import BulkView, bulk_view
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, READ_BY_SCRIPT, AnyRequest
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_docs import BULK_EVENTS, EVENT_STREAM, described
from app.web.streaming.event_stream import EventStream
from app.web.streaming.limits import StreamLimits

MOST_LISTED = 50


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action on all of the caller's jobs that match the typed filter ``q`` now.

    An empty filter matches all jobs. ``tags`` are those to add or remove. ``expected_total`` is how
    many jobs the caller has seen to match: if others match by now, nothing is done.
    """

    action: ActionName
    q: str
    tags: list[str] = []
    expected_total: int | None = None


class BulkActions(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's latest actions on many jobs, the newest first."""

    actions: list[BulkView]


@post(
    "/api/v1/bulk-actions",
    tags=["bulk"],
    status_code=202,
    responses=problems(409),
    opt=MANAGE,
)
async def begin_bulk_action(
    request: AnyRequest, data: BulkRequest, bulk_runner: BulkRunner
) -> Response[BulkView]:
    """Begin an action on all of the caller's jobs that match a filter, up to 20,000 at once.

    The jobs are those that match now; each succeeds or is refused alone. The action continues if a
    server stops. Follow it by its events, or read it again.
    """
    begun = await begin_action(
        request.user,
        bulk_runner,
        data.action,
        data.q,
        tags=data.tags,
        expected=data.expected_total,
    )
    return Response(begun, status_code=202, headers={"Location": begun.links["self"]})


@get("/api/v1/bulk-actions", tags=["bulk"], responses=problems(), opt=READ)
async def list_bulk_actions(request: AnyRequest) -> BulkActions:
    """List the caller's last 50 actions on many jobs; they are kept for 30 days."""
    rows = await recent_bulk_actions(request.user.name, limit=MOST_LISTED)
    return BulkActions(actions=[bulk_view(row) for row in rows])


@get("/api/v1/bulk-actions/{action_id:str}", tags=["bulk"], responses=problems(404), opt=READ)
async def show_bulk_action(request: AnyRequest, action_id: str) -> BulkView:
    """Show how far an action on many jobs has come, and which jobs were refused."""
    return bulk_view(await bulk_action(action_id, owner=request.user.name))


@get(
    "/api/v1/bulk-actions/{action_id:str}/events",
    media_type=EVENT_STREAM,
    tags=["bulk"],
    responses=described("The state of the action, whenever it changes.", BULK_EVENTS)
    | problems(404, 429),
    opt=READ_BY_SCRIPT,
)
async def follow_bulk_action(
    request: AnyRequest,
    action_id: str,
    relay: Relay,
    limits: StreamLimits,
    access: StreamAccess,
) -> Response[Any]:
    """Follow an action on many jobs until its last job, as server-sent events."""
    owner = request.user.name
    await bulk_action(action_id, owner=owner)
    messages = access.while_let_in(bulk_events(action_id, owner, relay), request.user)
    return EventStream(await limits.admit(owner, messages))


HANDLERS = [begin_bulk_action, list_bulk_actions, show_bulk_action, follow_bulk_action]
