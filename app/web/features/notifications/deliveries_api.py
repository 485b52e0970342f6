"""The API of the calls of webhooks: list them, send one again, and send one to test."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from app.db.notifications.webhook_outbox import recent_deliveries, send_again
from app.db.notifications.webhooks import WebhookStore
from app.web.features.notifications.views import (
    DeliveryView,
    delivery_view,
    queue_test,
    webhook_to_call,
)
from app.web.features.notifications.worker_wake_up import WorkerWaker
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, AnyRequest
from app.web.http.identity.throttling import Throttle

MOST_DELIVERIES = 200


class Deliveries(msgspec.Struct, frozen=True, kw_only=True):
    """The last calls of a webhook, newest first."""

    deliveries: list[DeliveryView]


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a call that was queued."""

    delivery_id: str


@post(
    "/api/v1/webhooks/{webhook_id:str}/test",
    status_code=202,
    tags=["webhooks"],
    responses=problems(404, 429),
    opt=MANAGE,
)
async def try_webhook(
    request: AnyRequest,
    webhook_id: str,
    webhooks: WebhookStore,
    waker: WorkerWaker,
    throttle: Throttle,
) -> Queued:
    """Send one call of the type ``test``; its delivery shows the outcome."""
    webhook = await webhook_to_call(webhook_id, webhooks, throttle, owner=request.user.name)
    delivery_id = await queue_test(webhook)
    await waker.wake()
    return Queued(delivery_id=delivery_id)


@get(
    "/api/v1/webhooks/{webhook_id:str}/deliveries",
    tags=["webhooks"],
    responses=problems(404),
    opt=MANAGE,
)
async def list_deliveries(
    request: AnyRequest,
    webhook_id: str,
    webhooks: WebhookStore,
    limit: Annotated[
        int, Parameter(ge=1, le=MOST_DELIVERIES, description="The most deliveries to list.")
    ] = 50,
) -> Deliveries:
    """List the last calls of a webhook with their outcome, for 30 days."""
    webhook = await webhooks.get(webhook_id, owner=request.user.name)
    found = await recent_deliveries(webhook, limit)
    return Deliveries(deliveries=[delivery_view(each) for each in found])


@post(
    "/api/v1/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/send",
    status_code=202,
    tags=["webhooks"],
    responses=problems(404, 409, 429),
    opt=MANAGE,
)
async def send_delivery_again(
    request: AnyRequest,
    webhook_id: str,
    delivery_id: str,
    webhooks: WebhookStore,
    waker: WorkerWaker,
    throttle: Throttle,
) -> Queued:
    """Send a call again, with the same ``webhook-id`` and body."""
    webhook = await webhook_to_call(webhook_id, webhooks, throttle, owner=request.user.name)
    delivery = await send_again(webhook, delivery_id)
    await waker.wake()
    return Queued(delivery_id=delivery.id)


HANDLERS = [try_webhook, list_deliveries, send_delivery_again]
