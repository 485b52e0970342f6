"""The security headers of every response.

Browsers and proxies cache no page of a user, so that Back after a logout shows nothing.
"""

from urllib.parse import urlsplit

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'{provider}; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": it would hide the origin of a form (app/web/http/origin/origins.py).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Handlers with this key in their ``opt`` send the same response to everybody.
IS_CACHEABLE = "is_cacheable"


def _origin_of_provider(scope: Scope) -> str:
    """Where the form of the logout may lead: to the provider that ends its session too."""
    parts = urlsplit(scope["litestar_app"].state.settings.oidc_issuer)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Add the security headers to a response."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value.format(provider=_origin_of_provider(scope)))
        handler = scope.get("route_handler")
        if handler is None or not handler.opt.get(IS_CACHEABLE):
            headers.setdefault("Cache-Control", "no-store")
