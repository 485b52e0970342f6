"""Checks the headers of a request that say how to read it, before anything is read.

Litestar caches the last 1024 query strings and cookie headers with their parsed values, so that
anybody could fill the memory with long ones. This module parses them for their request alone.
"""

from typing import Any

from litestar._kwargs import extractors
from litestar.connection import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.web.http.bodies.utf8 import is_utf8, pairs

MOST_PARAMETERS = 1_000
TOO_MANY_PARAMETERS = f"The address has more than {MOST_PARAMETERS:,} parameters. Send fewer."
OTHER_CHARSET = "The request has another charset than UTF-8. Send it in UTF-8."
ENCODED = "Content-Encoding is not supported. Send the body of the request without it."


class DeclarationCheck(ASGIMiddleware):
    """Refuses encoded bodies, and parses the query and the cookies of a request."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 400 to a body in another charset or with a content encoding."""
        headers = Headers.from_scope(scope)
        charset = Request[Any, Any, Any](scope).content_type[1].get("charset")
        if charset is not None and not is_utf8(charset):
            raise ClientException(OTHER_CHARSET)
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise ClientException(ENCODED)
        state = ScopeState.from_scope(scope)
        state.parsed_query = _query(scope["query_string"])
        state.cookies = _cookies(headers.get("cookie", ""))
        await next_app(scope, receive, send)


def keep_no_queries() -> None:
    """Turn off Litestar's cache of query parameters."""
    cached: Any = extractors.create_query_default_dict
    plain = getattr(cached, "__wrapped__", cached)
    extractors.create_query_default_dict = plain


def _query(query: bytes) -> tuple[tuple[str, str], ...]:
    if query.count(b"&") >= MOST_PARAMETERS:
        raise ClientException(TOO_MANY_PARAMETERS)
    return tuple(pairs(query))


def _cookies(header: str) -> dict[str, str]:
    """The cookies, not decoded: those of this server need no decoding."""
    found = (cookie.partition("=") for cookie in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in found if name.strip()}
