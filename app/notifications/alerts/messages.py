"""Queue the e-mails and webhook calls about an alert, and about its end."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.db.notifications.alerts import receivers_of
from app.db.notifications.email_choices import address_of, choice_of
from app.db.notifications.tables import Alert
from app.db.notifications.webhook_outbox import queue_delivery
from app.db.notifications.webhooks import ALERT, RECOVERED
from app.notifications.email.outbox import queue_email
from app.notifications.webhooks.payload import alert_changed
from app.settings import Settings


async def queue_messages(alert: Alert, recipients: tuple[str, ...], settings: Settings) -> None:
    """Queue what is sent about an alert that was just raised or has just ended.

    Call it in the transaction that changed the alert, so that each message is queued once.
    """
    event = RECOVERED if alert.ended_at else ALERT
    receivers = await receivers_of(event)
    body = alert_changed(alert, event, address=settings.address)
    for webhook in receivers.webhooks:
        delivery_id = uuid5(NAMESPACE_URL, f"{alert.id}:{event}:{webhook.id}").hex
        await queue_delivery(delivery_id, webhook, event, body)
    if settings.smtp_url:
        for to in recipients or await _addresses(receivers.administrators):
            await queue_email(to, "alert", **_template_values(alert, settings.address))


async def _addresses(owners: list[str]) -> list[str]:
    found = [await address_of(await choice_of(owner)) for owner in owners]
    return [address for address in dict.fromkeys(found) if address]


def _template_values(alert: Alert, address: str) -> dict[str, Any]:
    return {
        "text": alert.text,
        "has_ended": alert.ended_at is not None,
        "raised_at": alert.raised_at,
        "ended_at": alert.ended_at,
        "link": f"{address}/admin/alerts",
    }
