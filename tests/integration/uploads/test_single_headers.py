"""Heads that could be read in two ways, and headers that take long or stay, over raw sockets."""

import json

import pytest

from app.server.request_head import MOST_AHEAD, MOST_BYTES, MOST_HEADERS
from app.server.single_headers import LONG_COOKIES, NO_HOST, OTHER_HOST, SINGLE
from tests.fuzz.hostile_requests import Hostile, request
from tests.fuzz.request_campaign import answers_to, conversation
from tests.patience import PATIENCE_S
from tests.servers import TOKEN, Sialoscope

BEARER = f"Authorization: Bearer {TOKEN}"
VALUES = {
    "authorization": f"Bearer {TOKEN}",
    "content-length": "0",
    "content-type": "application/json",
    "host": "localhost",
    "transfer-encoding": "chunked",
}
MOST_CPU_S = 2
# Kept as they are and parsed, those of the test take more than twice as much.
MOST_GROWTH_BYTES = 12_000_000


def said(server: Sialoscope, content: bytes) -> str:
    """All that comes back over the connection."""
    return conversation(server, Hostile("", content), PATIENCE_S).decode("utf-8", "replace")


def answers_of(server: Sialoscope, hostile: Hostile) -> list[int]:
    """The statuses of all answers; the server ends the connection after them."""
    return answers_to(server, hostile, PATIENCE_S)


@pytest.mark.parametrize("name", sorted(name.decode() for name in SINGLE))
def test_a_header_that_must_be_single_is_refused_when_it_comes_twice(
    server: Sialoscope, name: str
) -> None:
    header = f"{name}: {VALUES.get(name, 'a')}"
    count = 1 if name == "host" else 2  # each request here has a Host already
    for address in ("/login", "/api/v1/jobs", "/health/live", "/nowhere"):
        answer = said(server, request(f"GET {address}", *[header] * count))
        assert answer.startswith("HTTP/1.1 400"), answer


def test_a_program_gets_the_same_problem_as_for_any_other_error(server: Sialoscope) -> None:
    answer = said(server, request("GET /api/v1/jobs?a=1", BEARER, "Host: other.example"))
    received = json.loads(answer.partition("\r\n\r\n")[2])
    assert "application/problem+json" in answer
    assert received["detail"] == "The request has more than one Host header. Send it once."
    assert received["instance"] == "/api/v1/jobs"


@pytest.mark.parametrize(
    "address", ["http://other.example/jobs", "http://localhost:1/jobs", "https://other.example"]
)
def test_an_address_that_names_another_server_is_refused(server: Sialoscope, address: str) -> None:
    assert said(server, request(f"GET {address}")).startswith("HTTP/1.1 400")


def test_an_address_that_names_this_server_is_answered(server: Sialoscope) -> None:
    assert OTHER_HOST in said(server, request("GET http://other.example/health/live"))
    assert said(server, request("GET http://localhost/health/live")).startswith("HTTP/1.1 200")
    assert NO_HOST in said(server, b"GET /health/live HTTP/1.1\r\n\r\n")
    assert said(server, b"GET /health/live HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 200")


@pytest.mark.parametrize("host", ["localhost:99999", "localhost:", "[::1", "a, localhost", "a b"])
def test_a_host_that_is_none_is_no_error_of_the_server(server: Sialoscope, host: str) -> None:
    for address in ("/login", "/health/live"):
        answer = said(server, request(f"GET {address}", host=host))
        assert answer.startswith("HTTP/1.1 400"), answer


def test_length_and_chunks_together_are_refused(server: Sialoscope) -> None:
    both = ("Transfer-Encoding: chunked", "Content-Length: 4")
    hostile = Hostile("", request("POST /login", *both, body=b"0\r\n\r\n") + request("GET /login"))
    assert answers_of(server, hostile) == [400]


def test_a_cookie_of_backslashes_holds_nobody_up(server: Sialoscope) -> None:
    for size, statuses in ((60_000, [400]), (15_000, [200])):
        content = request("GET /login", f'Cookie: a="{chr(92) * size}"')
        before = server.web_cpu_s()
        assert answers_of(server, Hostile("", content)) == statuses
        assert server.web_cpu_s() - before < MOST_CPU_S
    assert LONG_COOKIES in said(server, request("GET /login", f"Cookie: a={'x' * 20_000}"))


def test_the_head_is_bounded_also_when_it_comes_at_once(server: Sialoscope) -> None:
    for headers in ([f"A: {'x' * MOST_BYTES}"], ["A: 1"] * (MOST_HEADERS + 1)):
        assert answers_of(server, Hostile("", request("GET /login", *headers))) == [400]


def test_the_addresses_of_anybody_do_not_stay_in_memory(server: Sialoscope) -> None:
    def ask(number: int) -> None:
        query = "&".join(f"{number:x}{place:x}={place}" for place in range(900))
        cookie = f"Cookie: c={number:x}{'x' * 8_000}"
        assert answers_of(server, Hostile("", request(f"GET /login?{query}", cookie))) == [200]

    for number in range(20):
        ask(number)
    before = server.web_memory_bytes()
    for number in range(100, 250):
        ask(number)
    assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES


def test_a_header_after_the_body_means_nothing(server: Sialoscope) -> None:
    """It would let a client in after a proxy has looked at the head."""
    chunked = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    body = f"2\r\n{{}}\r\n0\r\n{BEARER}\r\nHost: other.example\r\n\r\n".encode()
    assert answers_of(
        server, Hostile("", request("POST /api/v1/presets", *chunked, body=body))
    ) == [401]
    endless = b"2\r\n{}\r\n0\r\nA: " + b"x" * 4_000_000
    hostile = Hostile("", request("POST /api/v1/presets", BEARER, *chunked, body=endless))
    assert set(answers_of(server, hostile)) <= {400}
    many = b"2\r\n{}\r\n0\r\n" + b"A: 1\r\n" * 90_000
    hostile = Hostile("", request("POST /api/v1/presets", BEARER, *chunked, body=many))
    assert set(answers_of(server, hostile)) <= {400}


def test_requests_ahead_of_their_answers_are_bounded(server: Sialoscope) -> None:
    get = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    few = Hostile("", get * MOST_AHEAD + request("GET /health/live"))
    assert answers_of(server, few) == [200] * (MOST_AHEAD + 1)
    before = server.web_cpu_s()
    assert len(answers_of(server, Hostile("", get * 9_000))) <= MOST_AHEAD + 1
    assert server.web_cpu_s() - before < MOST_CPU_S
    assert server.is_ready()
