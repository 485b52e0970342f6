"""Heads of requests without end, large or slow, from whoever can reach the port."""

import socket
from collections.abc import Iterator

import pytest

from app.server.request_head import LONGEST_S, MOST_BYTES
from tests.servers import Sialoscope

WAIT_S = LONGEST_S + 40


@pytest.fixture
def connection(server: Sialoscope) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as connection:
        yield connection


def test_a_header_without_end_is_refused_before_it_fills_the_memory(
    connection: socket.socket, server: Sialoscope
) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nX-Endless: ")
    sent = 0
    with pytest.raises(ConnectionError):  # noqa: PT012 - which piece is refused is up to the kernel
        while sent < 1000 * MOST_BYTES:
            connection.sendall(b"x" * MOST_BYTES)
            sent += MOST_BYTES
    assert server.is_ready()


def test_a_head_that_does_not_come_is_not_waited_for(
    connection: socket.socket, server: Sialoscope
) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\n")
    answer = connection.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 400")
    assert f"within {LONGEST_S} s".encode() in answer
    assert server.is_ready()


def test_a_large_body_is_no_head(server: Sialoscope) -> None:
    with server.client() as client:
        answer = client.post("/api/v1/presets", content=b" " * 7 * MOST_BYTES)
        assert answer.json()["status"] == 400
        assert client.get("/health/live").is_success
