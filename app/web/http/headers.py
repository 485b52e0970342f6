"""The headers of every response, which keep a page to itself.

What a user sees is kept by no browser and no proxy: who presses Back after a logout sees nothing.
"""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it a form does not say where it comes from (app/web/http/origins.py).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Handlers with this in their ``opt`` answer with what is the same for everybody.
IS_CACHEABLE = "is_cacheable"


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Put the headers of this module on every response."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        handler = scope.get("route_handler")
        if handler is None or not handler.opt.get(IS_CACHEABLE):
            headers.setdefault("Cache-Control", "no-store")
