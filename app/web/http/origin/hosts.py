"""Checks the Host header: the server answers only to its own names.

A foreign site can point its own name at this machine and then read what the browser gets from here
(DNS rebinding); the Host header still contains the foreign name.
"""

import re
from collections.abc import Iterable

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

HEALTH = "/health/"
HIGHEST_PORT = 65_535
# A name, or an IPv6 address in brackets, and a port.
HOST = re.compile(r"([^:\s\[\]]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?")


class HostCheck(ASGIMiddleware):
    """Refuses requests to other names; ``*.lab.test`` allows all names below it."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._domains = tuple(name[1:] for name in self._names if name.startswith("*"))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 400 to a foreign name before anything else is checked."""
        host = Headers.from_scope(scope).get("host", "")
        name = _name(host)
        # Orchestrators request the health of a server by its IP address.
        is_probe = scope["path"].startswith(HEALTH)
        if name is None:
            raise ClientException(f"The Host header {host!r} is not a valid server name.")
        if not (is_probe or name in self._names or name.endswith(self._domains)):
            raise ClientException(
                f"This server does not answer to the host {name!r}. Open it by another of its "
                "names, or add this one to SIALOSCOPE_ALLOWED_HOSTS."
            )
        await next_app(scope, receive, send)


def _name(host: str) -> str | None:
    """The name without the port; None if the header is not valid."""
    if not host:  # HTTP/1.0 probes of an orchestrator may omit it
        return host
    found = HOST.fullmatch(host)
    if found is None or int(found[2] or 0) > HIGHEST_PORT:
        return None
    return found[1].lower()
