"""Decides whether a request comes from a page of this server, by the headers of the browser.

No script can change ``Sec-Fetch-Site`` and ``Origin``. A page of another host of the same domain
(same-site) is as foreign as any other: browsers send SameSite=Lax cookies with its requests.
Browsers omit ``Sec-Fetch-Site`` if the server has no TLS, and programs omit all these headers.
"""

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# "none": a person typed the address or opened a bookmark.
OWN_SITE = ("same-origin", "none")
DEFAULT_PORTS = {"http": 80, "https": 443}
# The Origin of a page that hides its address.
HIDDEN = "null"
REFUSED = (
    "A page of another site sent this request, so nothing was done. Open this site at its own "
    "address, and do it there."
)


NOT_LISTED = (
    "Pages of this origin may not read streams. Ask the operator of this server to add it to "
    "SIALOSCOPE_STREAM_ORIGINS."
)
# These streams know no cookie, only a stream token, so pages of listed origins may read them.
STREAMS = "/api/v1/streams/"


class OriginCheck(ASGIMiddleware):
    """Refuses requests from pages of other sites, except links to pages.

    Handlers with ``exclude_from_csrf`` are open to all, because a secret in their address
    authorizes them and not a cookie. Reads of handlers with ``skip_session`` are too: they know no
    user. Streams by token are open to pages of this server and of the listed origins.
    """

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "exclude_from_csrf"

    def __init__(self, public_url: str, stream_origins: Collection[str] = ()) -> None:
        self._public = _origin(public_url) if public_url else None
        self._stream_origins = frozenset(stream_origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 403 to a request from a page of another site.

        Raises:
            PermissionDeniedException: The request comes from another site.
        """
        assert scope["type"] == ScopeType.HTTP  # noqa: S101 - by `scopes` above
        if scope["path"].startswith(STREAMS):
            if not is_listed(scope, self._stream_origins) and self._is_foreign(scope):
                raise PermissionDeniedException(NOT_LISTED)
        elif not _is_open_to_all(scope) and self._is_foreign(scope):
            raise PermissionDeniedException(REFUSED)
        await next_app(scope, receive, send)

    def _is_foreign(self, scope: HTTPScope) -> bool:
        headers = Headers.from_scope(scope)
        own = set(self._own_origins(scope, headers.get("host", "")))
        sites = [site.strip().lower() for site in headers.getall("sec-fetch-site", [])]
        origins = headers.getall("origin", [])
        if sites and not all(site in OWN_SITE for site in sites):
            return True
        if sites:  # a page without referrers hides its origin even from its own server
            origins = [origin for origin in origins if origin != HIDDEN]
        if not sites and not origins and scope["method"] not in SAFE_METHODS:
            origins = headers.getall("referer", [])
        return not all(_origin(origin) in own for origin in origins)

    def _own_origins(self, scope: HTTPScope, host: str) -> Iterator[tuple[str, str, int]]:
        """The origins of this server: its public address, and that of this request's host."""
        if self._public:
            yield self._public
        # A TLS proxy may not announce its scheme; a request over TLS never has a plain http origin.
        schemes = ("https",) if scope["scheme"] == "https" else ("https", "http")
        for scheme in schemes:
            origin = _origin(f"{scheme}://{host}")
            if origin and not self._is_plain_public(origin):
                yield origin

    def _is_plain_public(self, origin: tuple[str, str, int]) -> bool:
        """Whether this is the public host over http although it has https."""
        is_plain = origin[0] == "http" and self._public is not None and self._public[0] == "https"
        return is_plain and self._public is not None and origin[1] == self._public[1]


def is_listed(scope: HTTPScope, listed: Collection[str]) -> bool:
    """Whether a request comes from a page of one of the listed origins."""
    origins = Headers.from_scope(scope).getall("origin", [])
    return len(origins) == 1 and origins[0] in listed


def _is_open_to_all(scope: HTTPScope) -> bool:
    """Whether foreign pages may send this request: follow a link, or read public data."""
    if scope["method"] not in SAFE_METHODS:
        return False
    if scope["route_handler"].opt.get("skip_session"):
        return True
    return Headers.from_scope(scope).get("sec-fetch-mode") == "navigate"


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None when it has none."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None
