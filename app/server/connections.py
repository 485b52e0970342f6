"""The open connections of a web process by the network that they come from."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, TypeVar

Connection = TypeVar("Connection")
# A single machine gets so many bits of an IPv6 address to choose from (RFC 4291, 2.5.4).
BITS_OF_A_NETWORK = 64


class Connections(Generic[Connection]):
    """Connections in the order in which they came, counted for each IPv4 address or /64 network."""

    def __init__(self) -> None:
        self._by_network: dict[str, dict[Connection, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, connection: Connection, *, of: str) -> None:
        """Note a connection of a network."""
        self._by_network.setdefault(of, {})[connection] = None
        self._count += 1

    def remove(self, connection: Connection, *, of: str) -> None:
        """Forget a connection; one that is not there is no error."""
        there = self._by_network.get(of, {})
        if connection in there:
            del there[connection]
            self._count -= 1
        if not there:
            self._by_network.pop(of, None)

    def of(self, network: str) -> list[Connection]:
        """The connections of a network, the oldest first."""
        return list(self._by_network.get(network, ()))

    def busiest(self, *, rather: str) -> str:
        """The network with the most connections; of several it is ``rather`` if that is one."""
        networks = self._by_network
        return max(networks, key=lambda each: (len(networks[each]), each == rather))


def network_of(address: str) -> str:
    """The /64 network of an IPv6 address; any other address is its own."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket has none
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), BITS_OF_A_NETWORK), strict=False))
