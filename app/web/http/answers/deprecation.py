"""Marks handlers as deprecated, in OpenAPI and in response headers (RFC 9745, RFC 8594)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

from litestar.datastructures import MutableScopeHeaders, ResponseHeader
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope

AT_LEAST = timedelta(days=365)
WHEN = {
    "Deprecation": "Since when this is deprecated, as @ and seconds since 1970.",
    "Link": "The page that says what to use instead.",
    "Sunset": "When this is removed.",
}


class Deprecation(NamedTuple):
    """Since when something is deprecated, the page that says what to use instead, and its end.

    Times are in UTC.
    """

    since: datetime
    instead: str
    until: datetime | None = None

    def headers(self) -> dict[str, str]:
        """The headers of each response."""
        headers = {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Link": f'<{self.instead}>; rel="deprecation"',
        }
        if self.until:
            headers["Sunset"] = format_datetime(self.until, usegmt=True)
        return headers


def deprecated(
    since: datetime, *, instead: str, until: datetime | None = None
) -> Callable[[HTTPRouteHandler], HTTPRouteHandler]:
    """Mark a handler as deprecated: ``@deprecated(...)`` above its ``@get(...)``.

    Raises:
        ValueError: It ends less than a year after its deprecation.
    """
    if until and until - since < AT_LEAST:
        raise ValueError("A deprecated handler must stay for at least a year.")
    deprecation = Deprecation(since, instead, until)
    described = [
        ResponseHeader(name=name, description=WHEN[name], documentation_only=True)
        for name in deprecation.headers()
    ]

    def declare(handler: HTTPRouteHandler) -> HTTPRouteHandler:
        handler.deprecated = True
        handler.response_headers = [*(handler.response_headers or ()), *described]
        handler.opt["deprecation"] = deprecation
        return handler

    return declare


async def add_deprecation(message: Message, scope: Scope) -> None:
    """Add the headers to each response of a deprecated handler, errors included."""
    handler = scope.get("route_handler")
    deprecation = handler.opt.get("deprecation") if handler else None
    if deprecation and message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in deprecation.headers().items():
            headers.add(name, value)
