"""The open connections of a web process by the network that they come from."""

from typing import Generic, TypeVar

Connection = TypeVar("Connection")


class Connections(Generic[Connection]):
    """Connections in the order in which they came, counted for each network."""

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
