"""The page of a webhook: its events, its calls, and the actions on it."""

from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.db.notifications.tables import Webhook
from app.db.notifications.webhook_outbox import recent_deliveries, send_again
from app.db.notifications.webhooks import EVENTS, WebhookError, WebhookStore
from app.web.features.notifications.announced_webhooks import change_webhook_of, make_webhook_of
from app.web.features.notifications.api import allowed_url
from app.web.features.notifications.pages import notifications_page
from app.web.features.notifications.views import (
    DELIVERIES_SHOWN,
    allowed_events,
    delivery_view,
    queue_test,
    webhook_to_call,
    webhook_view,
)
from app.web.features.notifications.worker_wake_up import WorkerWaker
from app.web.http.identity.security import MANAGE, AnyRequest
from app.web.http.identity.throttling import Throttle

SEE_OTHER: Literal[303] = 303


@post("/webhooks", include_in_schema=False, status_code=200, opt=MANAGE)
async def make_on_page(request: AnyRequest, webhooks: WebhookStore, mail: EmailQueue) -> Template:
    """Make a webhook and show its secret, only this once."""
    url, typed = await _address_and_events(request)
    try:
        events = allowed_events(request.user, typed)
        url = allowed_url(request, url)
        made = await make_webhook_of(request.user, url, events, webhooks, mail)
    except WebhookError as error:
        return await notifications_page(request, webhooks, mail, error=str(error), typed_url=url)
    return await _page(made.webhook, secret=made.secret)


@get("/webhooks/{webhook_id:str}", include_in_schema=False, opt=MANAGE)
async def webhook_page(request: AnyRequest, webhook_id: str, webhooks: WebhookStore) -> Template:
    """The page of a webhook with its last calls."""
    return await _page(await webhooks.get(webhook_id, owner=request.user.name))


@post("/webhooks/{webhook_id:str}", include_in_schema=False, opt=MANAGE)
async def change_on_page(
    request: AnyRequest, webhook_id: str, webhooks: WebhookStore, mail: EmailQueue
) -> Template | Redirect:
    """Change the address and events of a webhook, or disable or enable it."""
    webhook = await webhooks.get(webhook_id, owner=request.user.name)
    url, events = await _address_and_events(request)
    enabled = (await request.form()).get("enabled") == "yes"
    try:
        url, wanted = allowed_url(request, url), allowed_events(request.user, events)
        await change_webhook_of(
            request.user, webhook, webhooks, mail, url=url, events=wanted, enabled=enabled
        )
    except WebhookError as error:
        return await _page(webhook, error=str(error))
    return _redirect_to(webhook)


@post("/webhooks/{webhook_id:str}/delete", include_in_schema=False, opt=MANAGE)
async def delete_on_page(request: AnyRequest, webhook_id: str, webhooks: WebhookStore) -> Redirect:
    """Delete a webhook."""
    await webhooks.delete(await webhooks.get(webhook_id, owner=request.user.name))
    return Redirect("/notifications", status_code=SEE_OTHER)


@post("/webhooks/{webhook_id:str}/secret", include_in_schema=False, status_code=200, opt=MANAGE)
async def renew_on_page(request: AnyRequest, webhook_id: str, webhooks: WebhookStore) -> Template:
    """Replace the secret and show the new one, only this once."""
    webhook = await webhooks.get(webhook_id, owner=request.user.name)
    made = await webhooks.renew_secret(webhook)
    return await _page(made.webhook, secret=made.secret)


@post("/webhooks/{webhook_id:str}/test", include_in_schema=False, opt=MANAGE)
async def try_on_page(
    request: AnyRequest,
    webhook_id: str,
    webhooks: WebhookStore,
    waker: WorkerWaker,
    throttle: Throttle,
) -> Redirect:
    """Send a test call, which shows whether the receiver works."""
    webhook = await webhook_to_call(webhook_id, webhooks, throttle, owner=request.user.name)
    await queue_test(webhook)
    await waker.wake()
    return _redirect_to(webhook)


@post(
    "/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/send",
    include_in_schema=False,
    opt=MANAGE,
)
async def send_again_on_page(
    request: AnyRequest,
    webhook_id: str,
    delivery_id: str,
    webhooks: WebhookStore,
    waker: WorkerWaker,
    throttle: Throttle,
) -> Template | Redirect:
    """Send a call again."""
    webhook = await webhook_to_call(webhook_id, webhooks, throttle, owner=request.user.name)
    try:
        await send_again(webhook, delivery_id)
    except WebhookError as error:
        return await _page(webhook, error=str(error))
    await waker.wake()
    return _redirect_to(webhook)


async def _address_and_events(request: AnyRequest) -> tuple[str, list[str]]:
    form = await request.form()
    return str(form.get("url", "")), [str(event) for event in form.getall("events", [])]


async def _page(webhook: Webhook, *, secret: str = "", error: str = "") -> Template:
    deliveries = await recent_deliveries(webhook, DELIVERIES_SHOWN)
    return Template(
        "notices/webhook.html",
        context={
            "webhook": webhook_view(webhook),
            "deliveries": [delivery_view(each) for each in deliveries],
            "events": EVENTS,
            "secret": secret,
            "error": error,
        },
        status_code=400 if error else 200,
    )


def _redirect_to(webhook: Webhook) -> Redirect:
    return Redirect(f"/webhooks/{webhook.id}", status_code=SEE_OTHER)


HANDLERS = [
    *(make_on_page, webhook_page, change_on_page, delete_on_page),
    *(renew_on_page, try_on_page, send_again_on_page),
]
