"""Finds who reads a stream by a stream token, and whether the token opens that stream."""

from typing import Any

from litestar import Request
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from app.db.accounts.stream_tokens import Bound, Opens, usable_stream_token
from app.runtime.login_token import LOCAL_USER
from app.web.http.identity.authentication import user_of_account
from app.web.http.identity.security import LOCAL, User

NOT_VALID = (
    "This stream needs a stream token that is still valid, as 'Authorization: Bearer TOKEN' or as "
    "?token=TOKEN. Make one on the page of dashboards, or over /api/v1/stream-tokens."
)
OTHER_STREAM = "This stream token opens another stream. Make one for this stream."


async def reader_of(request: Request[Any, Any, Any], secret: str, *wanted: Bound) -> User:
    """The owner of a stream token that is bound to one of the wanted.

    Raises:
        NotAuthorizedException: there is no such token, it has ended, or its account is disabled.
        PermissionDeniedException: the token opens another stream.
    """
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    token = await usable_stream_token(secret or sent.strip() * (scheme.lower() == "bearer"))
    owner = await _owner(request, token.owner) if token else None
    if token is None or owner is None:
        raise NotAuthorizedException(NOT_VALID)
    if Bound(Opens(token.opens), token.what) not in wanted:
        raise PermissionDeniedException(OTHER_STREAM)
    user = owner._replace(scopes=frozenset(), stream_token=token.id, until=token.expires_at)
    request.scope["user"] = user  # for the log
    return user


async def _owner(request: Request[Any, Any, Any], name: str) -> User | None:
    if request.app.state.settings.has_accounts:
        return await user_of_account(name)
    return LOCAL if name == LOCAL_USER else None
