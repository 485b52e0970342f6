"""The logout that the provider sends itself (OpenID Connect Back-Channel Logout 1.0)."""

from typing import Any

from litestar import Request, Response, post

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.logout_token import Ended, is_of
from app.accounts.sign_on.sign_on import LOGOUT, SignOn
from app.db.accounts.identities import accounts_linked_with
from app.db.security.trail import EventKind, record
from app.web.features.sign_on.attempts import Attempts
from app.web.http.identity.authentication import ID_TOKEN
from app.web.http.identity.session_store import SessionStore
from app.web.http.identity.throttling import Throttle, address_of

# The token proves who sends it; a cookie proves nothing here.
BY_LOGOUT_TOKEN = {"exclude_from_auth": True, "exclude_from_csrf": True, "skip_session": True}
NOT_STORED = {"Cache-Control": "no-store"}
USED = "The logout token was used before."


@post(LOGOUT, include_in_schema=False, status_code=200, opt=BY_LOGOUT_TOKEN)
async def log_out_by_provider(
    request: Request[Any, Any, Any],
    sign_on: SignOn,
    sign_ons: Attempts,
    sessions: SessionStore,
    throttle: Throttle,
) -> Response[Any]:
    """End the sessions that a logout token of the provider names."""
    address = address_of(request.client.host if request.client else None)
    await throttle.admit_back_channel(address)
    form = await request.form()
    try:
        ended = await sign_on.ended(str(form.get("logout_token", "")))
        if await sign_ons.is_used(ended.token_id):
            raise SignOnRefusedError(USED)
    except SignOnRefusedError as refused:
        problem = {"error": "invalid_request", "error_description": str(refused)}
        return Response(problem, status_code=400, headers=NOT_STORED)
    await _end_sessions(ended, sessions)
    await sign_ons.note_used(ended.token_id, ended.kept_s)
    await throttle.forgive_back_channel(address)
    return Response(None, status_code=200, headers=NOT_STORED)


async def _end_sessions(ended: Ended, sessions: SessionStore) -> None:
    """End the sessions, also those that somebody holds open with a stream."""
    for account_id in await accounts_linked_with(ended.issuer, ended.subject):
        handles = [
            each.handle
            for each in await sessions.of(account_id)
            if is_of(str(each.session.content.get(ID_TOKEN, "")), ended)
        ]
        for handle in handles:
            await sessions.end(handle, owner=account_id)
        if handles:
            detail = {"by": "sign-on", "sessions": len(handles)}
            await record(EventKind.SESSIONS_ENDED, about=account_id, detail=detail)


HANDLERS = [log_out_by_provider]
