"""Makes and changes webhooks, and e-mails the account about each new address.

A webhook outlives the session in which it was made, also a stolen one.
"""

from collections.abc import Collection

from app.accounts.email_queue import EmailQueue
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.store import AccountStore
from app.db.notifications.tables import Webhook
from app.db.notifications.webhooks import NewWebhook, WebhookStore
from app.web.http.identity.security import User


async def make_webhook_of(
    user: User, url: str, events: Collection[str], webhooks: WebhookStore, mail: EmailQueue
) -> NewWebhook:
    """Make a webhook of a user for an address that was checked.

    Raises:
        WebhookError: as for ``WebhookStore.make``.
    """
    made = await webhooks.make(url, events, owner=user.name)
    await _announce(user, url, mail)
    return made


async def change_webhook_of(
    user: User,
    webhook: Webhook,
    webhooks: WebhookStore,
    mail: EmailQueue,
    *,
    url: str,
    events: Collection[str],
    enabled: bool,
) -> Webhook:
    """Change a webhook of a user; the address was checked.

    Raises:
        WebhookError: as for ``WebhookStore.change``.
        WebhookNotFoundError: the webhook was deleted meanwhile.
    """
    before = webhook.url
    changed = await webhooks.change(webhook, url=url, events=events, enabled=enabled)
    if url != before:
        await _announce(user, url, mail)
    return changed


async def _announce(user: User, url: str, mail: EmailQueue) -> None:
    if user.has_account:
        account = await AccountStore().get(user.name)
        detail = f"The address is {url}. You can delete it on the page of notifications."
        await mail.write_to_account(account, SecurityEmail.WEBHOOK_ADDRESS, detail=detail)
