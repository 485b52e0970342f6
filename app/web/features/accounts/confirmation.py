"""Asks for the password again before actions that could hand the server or its data to others.

The page asks where the form was sent, and then sends it. The answer holds for some minutes of the
session. So a stolen session, or one on an unlocked computer, is not enough for such actions. A
program's token needs no confirmation, and a server without accounts has no passwords.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Template

from app.db.accounts.store import AccountStore
from app.web.features.accounts.login import checked_password, own_path
from app.web.http.identity import csrf
from app.web.http.identity.authentication import ID_TOKEN
from app.web.http.identity.security import ASKS_AGAIN, AnyRequest
from app.web.http.identity.session_store import SessionStore

FIELD = "confirming_password"


class PasswordNeededError(Exception):
    """A form needs the password of its user; ``is_wrong`` if a wrong one was typed."""

    def __init__(self, fields: list[tuple[str, str]], *, is_wrong: bool) -> None:
        super().__init__()
        self.fields, self.is_wrong = fields, is_wrong


async def require_password(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Ask for the password again if a handler requires that.

    Raises:
        PasswordNeededError: It was not typed in the last minutes.
        TooManyTriesError: There were too many wrong ones.
    """
    if handler.opt.get(ASKS_AGAIN) and isinstance(connection, Request):
        await confirm(connection)


async def confirm(request: AnyRequest) -> None:
    """Ask for the password again, unless it was typed in this session in the last minutes.

    Raises:
        PasswordNeededError: It was not.
        TooManyTriesError: There were too many wrong ones.
    """
    user, sessions = request.user, request.app.state.sessions
    if not (user.has_account and user.session) or await sessions.is_confirmed(user.session):
        return
    form = await request.form()
    typed = str(form.get(FIELD, ""))
    if not (typed and await _is_right(request, typed, sessions)):
        texts = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
        kept = [(name, text) for name, text in texts if name not in (FIELD, csrf.FIELD)]
        raise PasswordNeededError(kept, is_wrong=bool(typed))


async def _is_right(request: AnyRequest, typed: str, sessions: SessionStore) -> bool:
    throttle = request.app.state.throttle
    account = await checked_password(request, request.user.label, typed, AccountStore(), throttle)
    if account is None or account.id != request.user.name:
        return False
    await sessions.confirm(request.user.session)
    return True


def ask_for_password(request: AnyRequest, error: PasswordNeededError) -> Template:
    """The page that asks for the password, with the form that waits for it."""
    is_signed_on = ID_TOKEN in (request.session or {})
    # Where the form stands: a sign-on returns there, and cannot send it.
    back = own_path(urlsplit(request.headers.get("referer", "")).path)
    context = {
        "is_signed_on": is_signed_on,
        "back": back,
        "fields": error.fields,
        "field": FIELD,
        "is_wrong": error.is_wrong,
    }
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    context |= {"address": address, "name": request.user.label}
    return Template("accounts/confirm.html", context=context, status_code=403)
