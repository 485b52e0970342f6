"""Resolve the host of a webhook once for each call, and connect only to its checked addresses.

So a name that changes in between (DNS rebinding) cannot redirect the call.
"""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from app.notifications.webhooks.addresses import PRIVATE, ForbiddenAddressError, is_public
from app.notifications.webhooks.name_resolution import addresses_of


async def resolved(url: URL, *, to_private: bool) -> "Pinned":
    """Resolve a URL's host, and return its addresses, all of which may be called.

    Raises:
        OSError: the host has no address, or its name servers do not answer in time.
        ForbiddenAddressError: one of the addresses must not be called.
    """
    host, port = str(url.raw_host), int(url.port or 0)
    found = await addresses_of(host)
    for address in found:
        if not to_private and not is_public(address):
            # Without the address: users must not read the names of a private network here.
            raise ForbiddenAddressError(PRIVATE.format(host=host))
    return Pinned([_result(host, port, address) for address in found])


class Pinned(AbstractResolver):
    """A resolver that always returns the checked addresses, whatever DNS answers now."""

    def __init__(self, results: list[ResolveResult]) -> None:
        self._results = results

    async def resolve(
        self,
        host: str,  # noqa: ARG002 - aiohttp's signature
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """Return the checked addresses."""
        return self._results

    async def close(self) -> None:
        """Do nothing, since nothing is open."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
