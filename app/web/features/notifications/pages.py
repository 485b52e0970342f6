"""The page on which users choose their notifications about jobs that end."""

from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.db.notifications.email_choices import (
    KINDS,
    MailChoiceError,
    address_of,
    choice_of,
    choose,
    end_emails,
    has_emails,
)
from app.db.notifications.email_outbox import recent_emails
from app.db.notifications.webhooks import EVENTS, WebhookStore
from app.web.features.notifications.views import webhook_view
from app.web.http.identity.security import MANAGE, AnyRequest

SEE_OTHER: Literal[303] = 303
LETTERS_SHOWN = 10


@get("/notifications", include_in_schema=False, opt=MANAGE)
async def show_notifications(
    request: AnyRequest, webhooks: WebhookStore, mail: EmailQueue, saved: bool = False
) -> Template:
    """The page of e-mails and webhooks about the end of jobs."""
    return await notifications_page(request, webhooks, mail, saved=saved)


@post("/notifications/mail", include_in_schema=False, opt=MANAGE)
async def save_email_choices(
    request: AnyRequest, webhooks: WebhookStore, mail: EmailQueue
) -> Template | Redirect:
    """Save which e-mails the user wants."""
    form = await request.form()
    kinds = {str(kind) for kind in form.getall("kinds", [])}
    try:
        await choose(request.user.name, kinds, address=str(form.get("address", "")))
    except MailChoiceError as error:
        return await notifications_page(request, webhooks, mail, error=str(error))
    return Redirect("/notifications?saved=true", status_code=SEE_OTHER)


@get("/unsubscribe/{secret:str}", exclude_from_auth=True, include_in_schema=False)
async def ask_to_end_emails(secret: str) -> Template:
    """Ask before e-mails end, because programs that scan mail open every link."""
    return await _unsubscribe_page(secret, is_done=False)


@post(
    "/unsubscribe/{secret:str}",
    exclude_from_auth=True,
    exclude_from_csrf=True,
    include_in_schema=False,
    status_code=200,
)
async def end_emails_at_once(secret: str) -> Template:
    """Stop the e-mails, by the one click of a mail program (RFC 8058) or of the page."""
    await end_emails(secret)
    return await _unsubscribe_page(secret, is_done=True)


async def notifications_page(
    request: AnyRequest,
    webhooks: WebhookStore,
    mail: EmailQueue,
    *,
    saved: bool = False,
    error: str = "",
    typed_url: str = "",
) -> Template:
    """The page, with a confirmation or an error."""
    owner = request.user.name
    choice = await choice_of(owner)
    return Template(
        "notices/all.html",
        context={
            "mail": mail.is_set_up,
            "address": await address_of(choice),
            "kinds": KINDS,
            "chosen": choice.kinds.split(),
            "letters": await recent_emails(LETTERS_SHOWN, owner=owner),
            "webhooks": [webhook_view(each) for each in await webhooks.all(owner=owner)],
            "events": EVENTS,
            "typed_url": typed_url,
            "saved": saved,
            "error": error,
        },
        status_code=400 if error else 200,
    )


async def _unsubscribe_page(secret: str, *, is_done: bool) -> Template:
    is_known = await has_emails(secret)
    context = {"is_done": is_done, "is_known": is_known}
    status = 200 if is_known else 404
    return Template("notices/unsubscribe.html", context=context, status_code=status)


HANDLERS = [show_notifications, save_email_choices, ask_to_end_emails, end_emails_at_once]
