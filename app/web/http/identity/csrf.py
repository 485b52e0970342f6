"""CSRF protection: the token in each form of a page is bound to the session of the browser.

The token is a signature over the session, or before a login over a cookie of its own, the
pre-session (OWASP's HMAC-based token pattern). A planted cookie does not give a valid token.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.web.http.identity.cookies import PRE_SESSION, Cookies
from app.web.http.identity.sessions import session_of
from app.web.http.origin.origins import SAFE_METHODS

FIELD, HEADER = "_csrf_token", "x-csrftoken"
PRE_SESSION_BYTES = 32
FORMS = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)
REFUSED = (
    "This form is from before you logged in or out, so nothing was done. Open its page again, and "
    "send it once more."
)

AnyRequest = Request[Any, Any, Any]


class CsrfCheck(ASGIMiddleware):
    """Gives each page its CSRF token, and refuses unsafe requests without it.

    The API needs no token, because a cookie cannot change anything there.
    """

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "exclude_from_csrf"
    exclude_path_pattern = "^/api/"

    def __init__(self, secret: str, cookies: Cookies) -> None:
        self._secret = secret.encode()
        self._cookies = cookies

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 403 to an unsafe request without the token of its session.

        Raises:
            PermissionDeniedException: The token is missing, or belongs to another session.
        """
        if scope["route_handler"].opt.get("skip_session"):
            await next_app(scope, receive, send)
            return
        request: AnyRequest = scope["litestar_app"].request_class(scope=scope, receive=receive)
        session, known = session_of(request), request.cookies.get(self._cookies.name(PRE_SESSION))
        pre_session = known or secrets.token_urlsafe(PRE_SESSION_BYTES)
        token = self._token(session or f"before a login: {pre_session}")
        if request.method not in SAFE_METHODS:
            await _require_token(request, token)
        # Litestar's templates read the token from here.
        ScopeState.from_scope(scope).csrf_token = token
        is_kept = known or session
        await next_app(scope, receive, send if is_kept else self._adds_cookie(send, pre_session))

    def _adds_cookie(self, send: Send, pre_session: str) -> Send:
        """A ``send`` that gives the browser the cookie to which its token is bound."""

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._cookies.set(message, PRE_SESSION, pre_session)
            await send(message)

        return send_with_cookie

    def _token(self, bound_to: str) -> str:
        return hmac.new(self._secret, bound_to.encode(), sha256).hexdigest()


async def _require_token(request: AnyRequest, token: str) -> None:
    sent = await _sent_token(request)
    if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), token.encode()):
        raise PermissionDeniedException(REFUSED)


async def _sent_token(request: AnyRequest) -> str:
    """The token in the header or the form of a request; empty if it has none."""
    header = request.headers.get(HEADER)
    if header or request.content_type[0] not in FORMS:
        return header or ""
    token = (await request.form()).get(FIELD)
    return token if isinstance(token, str) else ""
