"""The connections of a web process by their networks."""

from app.server.connections import Connections


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
