"""Lets pages of the listed origins read the streams that a token opens (CORS).

No answer allows credentials, so a browser sends no cookie and shows nothing that one opened.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import Message, Scope

from app.web.http.origin.origins import STREAMS, is_listed

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization, Last-Event-ID, Cache-Control",
    "Access-Control-Max-Age": "600",
}


async def add_cross_origin(message: Message, scope: Scope) -> None:
    """Add the CORS headers to the answers of streams, errors included."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    if not scope["path"].startswith(STREAMS):
        return
    headers = MutableScopeHeaders.from_message(message)
    headers["Vary"] = "Origin"
    if is_listed(scope, scope["litestar_app"].state.settings.stream_origins):
        headers["Access-Control-Allow-Origin"] = Headers.from_scope(scope)["origin"]
        if scope["method"] == "OPTIONS":
            for name, value in PREFLIGHT.items():
                headers[name] = value
