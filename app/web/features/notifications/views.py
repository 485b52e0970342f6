"""Webhooks and their calls as the API and the pages show them, and test calls."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

import msgspec

from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhook_outbox import queue_delivery
from app.db.notifications.webhooks import ALERT_EVENTS, TEST, WebhookError, WebhookStore
from app.notifications.webhooks.payload import trial
from app.web.http.identity.security import User
from app.web.http.identity.throttling import Throttle

DELIVERIES_SHOWN = 50


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is called on some events; ``disabled_why`` says why the server disabled it.

    ``taken_at`` is when a call last succeeded. Times are in UTC.
    """

    id: str
    url: str
    events: list[str]
    enabled: bool
    disabled_why: str | None
    created_at: datetime
    taken_at: datetime | None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a webhook: ``state`` is waiting, sent or failed.

    Its ``id`` is the call's ``webhook-id``. ``status`` is that of the last answer, null without
    one, ``answer`` describes it; ``next_try_at`` is null unless the call waits.
    """

    id: str
    event: str
    job_id: str | None
    state: str
    tries: int
    created_at: datetime
    tried_at: datetime | None
    next_try_at: datetime | None
    status: int | None
    answer: str | None


def webhook_view(webhook: Webhook) -> WebhookView:
    """The view of a webhook for its owner, without its secret."""
    return WebhookView(
        id=webhook.id,
        url=webhook.url,
        events=webhook.events.split(),
        enabled=webhook.enabled,
        disabled_why=webhook.disabled_why or None,
        created_at=webhook.created_at,
        taken_at=webhook.taken_at,
    )


def delivery_view(delivery: Delivery) -> DeliveryView:
    """The view of a call for the owner of its webhook."""
    waits = delivery.state == "waiting"
    return DeliveryView(
        id=delivery.id,
        event=delivery.event,
        job_id=delivery.job_id,
        state=delivery.state,
        tries=delivery.tries,
        created_at=delivery.created_at,
        tried_at=delivery.tried_at,
        next_try_at=delivery.not_before if waits else None,
        status=delivery.status,
        answer=delivery.answer or None,
    )


async def queue_test(webhook: Webhook) -> str:
    """Queue a test call of a webhook and return its id."""
    delivery_id = uuid4().hex
    await queue_delivery(delivery_id, webhook, TEST, trial())
    return delivery_id


async def webhook_to_call(
    webhook_id: str, webhooks: WebhookStore, throttle: Throttle, *, owner: str
) -> Webhook:
    """Return an owner's webhook for one more call by hand, which counts against the limit.

    Raises:
        TooManyTriesError: The owner, or all owners together, made too many calls by hand.
        WebhookNotFoundError: There is no such webhook.
    """
    await throttle.admit_call(owner)
    return await webhooks.get(webhook_id, owner=owner)


def allowed_events(user: User, events: Collection[str]) -> Collection[str]:
    """The events of a webhook, if this user may get them all.

    Raises:
        WebhookError: they name alerts, which are for administrators.
    """
    if user.role != "admin" and set(events) & set(ALERT_EVENTS):
        raise WebhookError("Alerts about the installation are for administrators.")
    return events
