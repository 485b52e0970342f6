"""Who may do what: the login, the session, and the headers that keep a page to itself."""

import secrets
from typing import Any, NamedTuple

from litestar import Request, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import Parameter
from litestar.response import Redirect, Template
from litestar.types import Message, Scope

from app.login_token import login_token
from app.web.sessions import start_session

LOCAL_USER = "local"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class User(NamedTuple):
    """Who asks."""

    name: str


class LoginMiddleware(AbstractAuthenticationMiddleware):
    """Lets a request through that has a session, or the token as ``Authorization: Bearer``.

    A cookie alone may only read from the API: the API is outside the CSRF check of the pages.
    """

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Name the user.

        Raises:
            NotAuthorizedException: neither a session nor the right token.
        """
        name = _bearer(connection) or _session_user(connection)
        if name is None:
            raise NotAuthorizedException(
                "Send the login token as 'Authorization: Bearer TOKEN', or log in on the page."
            )
        return AuthenticationResult(user=User(name), auth=None)


def _bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _is_right(connection, token.strip()):
        return LOCAL_USER
    return None


def _session_user(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    for_api = connection.url.path.startswith("/api/")
    if for_api and connection.scope.get("method") not in SAFE_METHODS:
        return None
    return connection.session.get("user") if connection.session else None


def _is_right(connection: ASGIConnection[Any, Any, Any, Any], token: str) -> bool:
    right = login_token(connection.app.state.settings)
    return secrets.compare_digest(token.encode(), right.encode())


@get("/login", exclude_from_auth=True, include_in_schema=False)
async def show_login(
    request: Request[Any, Any, Any], link_token: str = Parameter(query="token", default="")
) -> Template | Redirect:
    """Log in by the link that ``sialoscope up`` prints, or ask for its token."""
    if link_token:
        return _log_in(request, link_token)
    return Template("pages/login.html", context={"wrong": False})


@post("/login", exclude_from_auth=True, include_in_schema=False)
async def submit_login(request: Request[Any, Any, Any]) -> Template | Redirect:
    """Log in by the token typed into the form."""
    form = await request.form()
    return _log_in(request, str(form.get("token", "")).strip())


@post("/logout", include_in_schema=False)
async def log_out(request: Request[Any, Any, Any]) -> Redirect:
    """End the session."""
    request.clear_session()
    return Redirect("/login", status_code=303)


def _log_in(request: Request[Any, Any, Any], token: str) -> Template | Redirect:
    if not _is_right(request, token):
        return Template("pages/login.html", context={"wrong": True}, status_code=403)
    start_session(request, {"user": LOCAL_USER})
    return Redirect("/", status_code=303)


async def add_security_headers(message: Message, _: Scope) -> None:
    """Put the headers of this module on every response."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
