"""The webhooks in the database: their addresses, events and secrets."""

import base64
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from piccolo.columns import And

from app.contract.tasks import JobState
from app.db.engine.transaction import one_by_one, transaction
from app.db.jobs.conditions import Values
from app.db.notifications.tables import Delivery, Webhook
from app.db.security.trail import EventKind, record

COMPLETE, FAILED, CANCELLED, TEST = "complete", "failed", "cancelled", "test"
ALERT, RECOVERED = "alert", "recovered"
# Of jobs, and of the installation; only administrators get the latter.
EVENTS = (COMPLETE, FAILED, CANCELLED)
ALERT_EVENTS = (ALERT, RECOVERED)
EVENT_OF = {
    JobState.SUCCEEDED: COMPLETE,
    JobState.FAILED: FAILED,
    JobState.CANCELLED: CANCELLED,
}
MOST_WEBHOOKS = 20
# Standard Webhooks requires 24 to 64 random bytes.
SECRET_PREFIX = "whsec_"  # noqa: S105 - no secret
SECRET_BYTES = 32


class WebhookNotFoundError(Exception):
    """There is no such webhook or delivery, or it belongs to another owner."""


class WebhookError(Exception):
    """A webhook is not valid; the text says why and what to do."""


class WebhookConflictError(WebhookError):
    """The state of the webhook or the delivery forbids the action; the text says what to do."""


class NewWebhook(NamedTuple):
    """A new webhook and its secret, which is shown only once."""

    webhook: Webhook
    secret: str


class WebhookStore:
    """The webhooks in the database. Owners see only their own."""

    async def all(self, *, owner: str) -> list[Webhook]:
        """Return the owner's webhooks, newest first."""
        theirs = Webhook.objects().where(Webhook.owner == owner)
        return await theirs.order_by(Webhook.created_at, ascending=False)

    async def get(self, webhook_id: str, *, owner: str) -> Webhook:
        """Return one webhook.

        Raises:
            WebhookNotFoundError: there is no such webhook.
        """
        webhook = await Webhook.objects().where(_has_id(webhook_id, owner)).first()
        if webhook is None:
            raise WebhookNotFoundError(f"There is no webhook {webhook_id}.")
        return webhook

    async def make(self, url: str, events: Collection[str], *, owner: str) -> NewWebhook:
        """Make a webhook for an address that was checked.

        Raises:
            WebhookError: the events are invalid, or the owner has too many webhooks.
        """
        kept = _events(events)
        secret = new_secret()
        webhook = Webhook(
            id=uuid4().hex,
            owner=owner,
            url=url,
            events=kept,
            secret=secret,
            created_at=datetime.now(UTC),
        )
        async with one_by_one(f"webhooks {owner}"):
            if len(await self.all(owner=owner)) >= MOST_WEBHOOKS:
                raise WebhookError(f"You have {MOST_WEBHOOKS} webhooks; delete one before another.")
            await Webhook.insert(webhook)
            await _record(EventKind.WEBHOOK_MADE, webhook)
        return NewWebhook(webhook, secret)

    async def change(
        self, webhook: Webhook, *, url: str, events: Collection[str], enabled: bool
    ) -> Webhook:
        """Change the address and the events of a webhook, and enable or disable it.

        Raises:
            WebhookError: the events are invalid.
            WebhookNotFoundError: the webhook was deleted meanwhile.
        """
        values: Values = {
            Webhook.url: url,
            Webhook.events: _events(events),
            Webhook.enabled: enabled,
            Webhook.disabled_why: "",
        }
        async with transaction():
            await Webhook.update(values).where(_has_id(webhook.id, webhook.owner))
            changed = await self.get(webhook.id, owner=webhook.owner)
            await _record(EventKind.WEBHOOK_CHANGED, changed)
        return changed

    async def renew_secret(self, webhook: Webhook) -> NewWebhook:
        """Replace the secret, which signs the next call."""
        secret = new_secret()
        async with transaction():
            await Webhook.update({Webhook.secret: secret}).where(_has_id(webhook.id, webhook.owner))
            await _record(EventKind.WEBHOOK_CHANGED, webhook)
        return NewWebhook(await self.get(webhook.id, owner=webhook.owner), secret)

    async def delete(self, webhook: Webhook) -> None:
        """Delete a webhook with its deliveries."""
        async with transaction():
            if (
                await Webhook.delete()
                .where(_has_id(webhook.id, webhook.owner))
                .returning(Webhook.id)
            ):
                await _record(EventKind.WEBHOOK_DELETED, webhook)
        await Delivery.delete().where(Delivery.webhook == webhook.id)


async def webhooks_for(owner: str, event: str) -> list[Webhook]:
    """Return the owner's enabled webhooks for an event."""
    theirs = And(Webhook.owner == owner, Webhook.enabled.eq(True))
    return [each for each in await Webhook.objects().where(theirs) if event in each.events.split()]


async def disable(webhook_id: str, why: str) -> bool:
    """Disable a webhook; False if it was disabled before."""
    values: Values = {Webhook.enabled: False, Webhook.disabled_why: why}
    is_on = And(Webhook.id == webhook_id, Webhook.enabled.eq(True))
    return bool(await Webhook.update(values).where(is_on).returning(Webhook.id))


async def forget_webhooks(owner: str) -> None:
    """Delete all webhooks of an owner with their deliveries."""
    store = WebhookStore()
    for webhook in await store.all(owner=owner):
        await store.delete(webhook)


def new_secret() -> str:
    """Return a new secret in the format of Standard Webhooks."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def _record(kind: EventKind, webhook: Webhook) -> None:
    """Record a webhook and its host in the security trail, without the path: it may be secret."""
    detail = {"webhook": webhook.id, "host": urlsplit(webhook.url).hostname}
    await record(kind, about=webhook.owner, detail=detail)


def _events(events: Collection[str]) -> str:
    known = (*EVENTS, *ALERT_EVENTS)
    if not events or not set(events) <= set(known):
        raise WebhookError(f"Choose at least one of the events {', '.join(known)}.")
    return " ".join(event for event in known if event in events)


def _has_id(webhook_id: str, owner: str) -> And:
    return And(Webhook.id == webhook_id, Webhook.owner == owner)
