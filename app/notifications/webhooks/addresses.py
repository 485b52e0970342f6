"""Which addresses a webhook may have: a user must not reach through the server what they cannot.

Names are resolved once for each call, every address they have is checked, and the connection goes
to those alone, so a name that changes meanwhile (DNS rebinding) leads nowhere else.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from app.db.notifications.webhooks import WebhookError
from app.notifications.webhooks.name_resolution import addresses_of

LONGEST_URL = 2000
# What Python counts as public and is not: protocols (RFC 6890, also a metadata service), Azure's
# metadata service, and the site-local addresses of old.
NOT_PUBLIC = [ip_network(each) for each in ("192.0.0.0/24", "168.63.129.16/32", "fec0::/10")]
# IPv6 that a gateway turns into IPv4 (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")
LOW_32_BITS = 0xFFFF_FFFF
NO_URL = "Write the whole address of the webhook, such as https://lab.example/sialoscope."
PRIVATE = (
    "{host} is an address of this machine or of a private network ({address}), which webhooks do "
    "not call. Use a public one, or ask who runs this server for SIALOSCOPE_WEBHOOKS_TO_PRIVATE."
)


class ForbiddenAddressError(WebhookError):
    """A webhook leads where it must not."""


def require_url(text: str, *, to_private: bool) -> str:
    """The address of a webhook as it is kept.

    Raises:
        WebhookError: it is none that may be called.
    """
    url = parsed(text.strip())
    if url.scheme != "https" and not to_private:
        raise WebhookError("The address of a webhook must begin with https://.")
    _require_public_literal(url, to_private=to_private)
    return str(url)


def parsed(text: str) -> URL:
    """The address of a webhook, read by the same parser that calls it.

    Raises:
        WebhookError: it is none.
    """
    is_plain = text.isprintable() and not set(text) & set(" \\") and len(text) <= LONGEST_URL
    if not is_plain:
        raise WebhookError(NO_URL)
    try:
        url = URL(text)
        is_whole = url.scheme in ("http", "https") and bool(url.host) and bool(url.port)
    except ValueError:
        raise WebhookError(NO_URL) from None
    if not is_whole:
        raise WebhookError(NO_URL)
    if url.user or url.password:
        raise WebhookError("Leave user and password out of the address; calls are signed instead.")
    return url.with_fragment(None)


async def resolved(url: URL, *, to_private: bool) -> "Pinned":
    """The addresses of a URL's host, each of which may be called.

    Raises:
        OSError: it has none, or its servers do not answer in time.
        ForbiddenAddressError: one of them must not be called.
    """
    host, port = str(url.raw_host), int(url.port or 0)
    found = await addresses_of(host)
    for address in found:
        if not to_private and not is_public(address):
            raise ForbiddenAddressError(PRIVATE.format(host=host, address=address))
    return Pinned([_result(host, port, address) for address in found])


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also inside the IPv6 forms of IPv4."""
    return all(_is_public(each) for each in _forms(ip_address(address.partition("%")[0])))


class Pinned(AbstractResolver):
    """Answers with the addresses that were checked, whatever DNS says by now."""

    def __init__(self, results: list[ResolveResult]) -> None:
        self._results = results

    async def resolve(
        self,
        host: str,  # noqa: ARG002 - aiohttp's signature
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """The checked addresses."""
        return self._results

    async def close(self) -> None:
        """Nothing is open."""


def _require_public_literal(url: URL, *, to_private: bool) -> None:
    """Refuse at once what needs no resolving."""
    host = str(url.raw_host)
    try:
        is_allowed = to_private or is_public(host)
    except ValueError:  # a name, which is resolved with each call
        return
    if not is_allowed:
        raise ForbiddenAddressError(PRIVATE.format(host=host, address=host))


def _forms(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The addresses that one stands for: itself, and the IPv4 addresses inside."""
    if isinstance(address, IPv4Address):
        return [address]
    low = IPv4Address(int(address) & LOW_32_BITS)
    if address.ipv4_mapped or address in NAT64:  # these are another way to write IPv4
        return [low]
    inner = [*filter(None, [address.sixtofour]), *(address.teredo or ())]
    return [address, *inner]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    is_unusual = address.is_multicast or address.is_reserved or address.is_unspecified
    is_listed = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not is_unusual and not is_listed


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
