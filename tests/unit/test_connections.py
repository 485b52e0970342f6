"""The connections of a web process by their networks."""

import pytest

from app.server.connections import Connections, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_one_machine_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_network_with_the_most_connections_is_found() -> None:
    connections = Connections[int]()
    for number, network in enumerate(("a", "b", "b", "c", "c")):
        connections.add(number, of=network)
    assert {connections.busiest(rather=each) for each in "abc"} == {"b", "c"}
    assert connections.busiest(rather="c") == "c"
    connections.remove(3, of="c")
    connections.remove(3, of="c")
    assert (len(connections), connections.busiest(rather="c")) == (4, "b")
    assert connections.of("b") == [1, 2]
