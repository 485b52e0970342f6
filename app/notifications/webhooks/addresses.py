"""Check the address of a webhook, so that users cannot reach private networks through the server.

The addresses of a host name are checked at each call (``pinned_resolver.py``).
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from app.db.notifications.webhooks import WebhookError

LONGEST_URL = 2000
# Python counts these as public: protocol assignments (RFC 6890, also a metadata service), Azure's
# metadata service, the deprecated site-local addresses, and those of documents (RFC 9637).
_LISTED = ("192.0.0.0/24", "168.63.129.16/32", "fec0::/10", "3fff::/20")
NOT_PUBLIC = [ip_network(each) for each in _LISTED]
# IPv6 addresses that a gateway translates to IPv4 (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")
LOW_32_BITS = 0xFFFF_FFFF
NO_URL = "Write the whole address of the webhook, such as https://lab.example/sialoscope."
NOT_HTTPS = (
    "The address of a webhook must begin with https://. To try one on your own machine, start the "
    "server with SIALOSCOPE_WEBHOOKS_TO_PRIVATE=true."
)
PRIVATE = (
    "{host} is an address of this machine or of a private network, which webhooks do not call. Use "
    "a public address, or ask the operator for SIALOSCOPE_WEBHOOKS_TO_PRIVATE."
)


class ForbiddenAddressError(WebhookError):
    """A webhook has an address that it must not call."""


def require_url(text: str, *, to_private: bool) -> str:
    """Check the address of a webhook, and return it in the form that is stored.

    Raises:
        WebhookError: the address is invalid or must not be called.
    """
    url = parsed(text.strip())
    if url.scheme != "https" and not to_private:
        raise WebhookError(NOT_HTTPS)
    _require_public_literal(url, to_private=to_private)
    return str(url)


def parsed(text: str) -> URL:
    """Parse the address of a webhook with the same parser that is used for the call.

    Raises:
        WebhookError: it is not an HTTP address.
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


def is_public(address: str) -> bool:
    """Whether an IP address, and any IPv4 address inside it, belongs to the public internet."""
    return all(_is_public(each) for each in _forms(ip_address(address.partition("%")[0])))


def _require_public_literal(url: URL, *, to_private: bool) -> None:
    """Refuse a private IP address at once; a host name is checked at each call."""
    host = str(url.raw_host)
    try:
        is_allowed = to_private or is_public(host)
    except ValueError:  # a name, which each call resolves
        return
    if not is_allowed:
        raise ForbiddenAddressError(PRIVATE.format(host=host))


def _forms(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return an address and the IPv4 addresses that it contains."""
    if isinstance(address, IPv4Address):
        return [address]
    low = IPv4Address(int(address) & LOW_32_BITS)
    if address.ipv4_mapped or address in NAT64:  # another way to write an IPv4 address
        return [low]
    inner = [*filter(None, [address.sixtofour]), *(address.teredo or ())]
    return [address, *inner]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    is_unusual = address.is_multicast or address.is_reserved or address.is_unspecified
    is_listed = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not is_unusual and not is_listed
