"""What is to be taken out of use: told by the description, and by each answer (RFC 9745, 8594)."""

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
    "Link": "Where it is said what to use instead.",
    "Sunset": "When it is gone.",
}


class Deprecation(NamedTuple):
    """Since when something is deprecated, where it says what to use instead, and until when.

    The times are in UTC.
    """

    since: datetime
    instead: str
    until: datetime | None = None

    def headers(self) -> dict[str, str]:
        """What each answer says of it."""
        told = {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Link": f'<{self.instead}>; rel="deprecation"',
        }
        if self.until:
            told["Sunset"] = format_datetime(self.until, usegmt=True)
        return told


def deprecated(
    since: datetime, *, instead: str, until: datetime | None = None
) -> Callable[[HTTPRouteHandler], HTTPRouteHandler]:
    """Declare a handler deprecated: ``@deprecated(...)`` above its ``@get(...)``.

    Raises:
        ValueError: it ends less than a year after.
    """
    if until and until - since < AT_LEAST:
        raise ValueError("What is deprecated stays for a year at least.")
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
    """Put the headers on each answer of a deprecated handler, on errors too."""
    handler = scope.get("route_handler")
    deprecation = handler.opt.get("deprecation") if handler else None
    if deprecation and message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in deprecation.headers().items():
            headers.add(name, value)
