"""The API of webhooks: make, list, change and delete them."""

import msgspec
from litestar import delete, get, patch, post

from app.accounts.email_queue import EmailQueue
from app.db.notifications.webhooks import EVENTS, NewWebhook, WebhookStore
from app.notifications.webhooks.addresses import require_url
from app.settings import Settings
from app.web.features.notifications.announced_webhooks import change_webhook_of, make_webhook_of
from app.web.features.notifications.views import (
    WebhookView,
    allowed_events,
    webhook_view,
)
from app.web.http.bodies.booleans import refuse_numbers
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, AnyRequest


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's webhooks, newest first."""

    webhooks: list[WebhookView]


class MadeWebhook(WebhookView, frozen=True, kw_only=True):
    """A webhook with the secret that signs its calls; this answer alone contains the secret."""

    secret: str


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to make: the address to call, and the events to call it on."""

    url: str
    events: list[str] = msgspec.field(default_factory=lambda: list(EVENTS))


class WebhookChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The changes to a webhook; omitted fields and null change nothing."""

    url: str | None = None
    events: list[str] | None = None
    enabled: bool | None = None


@get("/api/v1/webhooks", tags=["webhooks"], responses=problems(), opt=MANAGE)
async def list_webhooks(request: AnyRequest, webhooks: WebhookStore) -> Webhooks:
    """List the caller's webhooks, without their secrets."""
    theirs = await webhooks.all(owner=request.user.name)
    return Webhooks(webhooks=[webhook_view(each) for each in theirs])


@post("/api/v1/webhooks", tags=["webhooks"], status_code=201, responses=problems(), opt=MANAGE)
async def make_webhook(
    request: AnyRequest, data: WebhookRequest, webhooks: WebhookStore, mail: EmailQueue
) -> MadeWebhook:
    """Make a webhook that calls an address when a job ends; only this answer has its secret."""
    url, events = allowed_url(request, data.url), allowed_events(request.user, data.events)
    return _made(await make_webhook_of(request.user, url, events, webhooks, mail))


@get("/api/v1/webhooks/{webhook_id:str}", tags=["webhooks"], responses=problems(404), opt=MANAGE)
async def show_webhook(request: AnyRequest, webhook_id: str, webhooks: WebhookStore) -> WebhookView:
    """Show one webhook, without its secret."""
    return webhook_view(await webhooks.get(webhook_id, owner=request.user.name))


@patch("/api/v1/webhooks/{webhook_id:str}", tags=["webhooks"], responses=problems(404), opt=MANAGE)
async def change_webhook(
    request: AnyRequest,
    webhook_id: str,
    data: WebhookChange,
    webhooks: WebhookStore,
    mail: EmailQueue,
) -> WebhookView:
    """Change the address or events of a webhook, or disable or enable it.

    Queued calls wait while a webhook is disabled by hand.
    """
    await refuse_numbers(request, "enabled")
    webhook = await webhooks.get(webhook_id, owner=request.user.name)
    changed = await change_webhook_of(
        request.user,
        webhook,
        webhooks,
        mail,
        url=webhook.url if data.url is None else allowed_url(request, data.url),
        events=(
            webhook.events.split()
            if data.events is None
            else allowed_events(request.user, data.events)
        ),
        enabled=webhook.enabled if data.enabled is None else data.enabled,
    )
    return webhook_view(changed)


@delete("/api/v1/webhooks/{webhook_id:str}", tags=["webhooks"], responses=problems(404), opt=MANAGE)
async def delete_webhook(request: AnyRequest, webhook_id: str, webhooks: WebhookStore) -> None:
    """Delete a webhook and its deliveries."""
    await webhooks.delete(await webhooks.get(webhook_id, owner=request.user.name))


@post(
    "/api/v1/webhooks/{webhook_id:str}/secret",
    status_code=200,
    tags=["webhooks"],
    responses=problems(404),
    opt=MANAGE,
)
async def renew_webhook_secret(
    request: AnyRequest, webhook_id: str, webhooks: WebhookStore
) -> MadeWebhook:
    """Replace the secret of a webhook from its next call on; only this answer has the new one."""
    webhook = await webhooks.get(webhook_id, owner=request.user.name)
    return _made(await webhooks.renew_secret(webhook))


def allowed_url(request: AnyRequest, url: str) -> str:
    """The normalized address, if this server may call it."""
    settings: Settings = request.app.state.settings
    return require_url(url, to_private=settings.webhooks_to_private)


def _made(made: NewWebhook) -> MadeWebhook:
    shown = msgspec.structs.asdict(webhook_view(made.webhook))
    return MadeWebhook(secret=made.secret, **shown)


HANDLERS = [
    *(list_webhooks, make_webhook, show_webhook, change_webhook, delete_webhook),
    renew_webhook_secret,
]
