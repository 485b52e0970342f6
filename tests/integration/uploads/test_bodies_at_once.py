"""Bodies that one user sends at once: they fill neither the disk nor the memory of the web."""

import select
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from typing import NamedTuple

import httpx
import pytest

from app.db.accounts.tokens import SCOPES
from app.web.http.bodies.body_room import AT_ONCE
from app.web.http.bodies.handler_limits import LONGEST_BYTES, OF_ANYBODY_BYTES
from tests.integration.api import SMALL
from tests.people import PASSWORD, add_person, log_in
from tests.servers import Sialoscope, running_sialoscope, wait_until

LARGEST_BYTES = 1_000_000
HEAD_OF_FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nName,'
URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


class Body(NamedTuple):
    """A body that announces its size and stops after its first bytes."""

    path: str
    kind: str
    size: int
    begin: bytes


UPLOAD = Body("/api/v1/jobs", MULTIPART, LARGEST_BYTES, HEAD_OF_FILE)
OVERRIDES = Body("/api/v1/jobs/none/refit", "application/json", LONGEST_BYTES, b'{"overrides":[')


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_UPLOAD_LIMIT_MB": "1"}
    with running_sialoscope(settings) as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "ada@lab.example").program(*SCOPES) as program:
        yield program


@pytest.fixture(scope="module")
def bob(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "bob@lab.example").program(*SCOPES) as program:
        yield program


@pytest.mark.parametrize("body", [UPLOAD, OVERRIDES], ids=["uploads", "texts"])
def test_a_user_sends_so_much_at_once_and_others_are_not_kept_out(
    body: Body, server: Sialoscope, ada: httpx.Client, bob: httpx.Client
) -> None:
    with ExitStack() as stack:
        # The server may begin them in any order, and refuses the last.
        sent = [stack.enter_context(begun(server, ada, body)) for _ in range(AT_ONCE + 1)]
        answered, _, _ = select.select(sent, [], [], 20)
        assert len(answered) == 1
        refused = answer_of(answered[0])
        assert refused.status == 429
        assert refused.headers["retry-after"]
        assert "Wait until some of your requests have ended" in refused.read().decode()
        assert bob.post("/api/v1/jobs", files={"file": ("b.csv", SMALL)}).status_code == 202
        assert bob.post("/api/v1/presets", json={"name": "bob's"}).status_code == 201
    # The room is free again when the clients have left.
    wait_until(lambda: _takes_another(ada, body))


def test_strangers_of_one_address_send_so_much_at_once_and_those_of_others_log_in(
    server: Sialoscope,
) -> None:
    many = AT_ONCE * LONGEST_BYTES // OF_ANYBODY_BYTES
    head = (
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    )
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(many + 1):
            connection = socket.create_connection(("127.0.0.1", server.port), 30, ("127.0.0.2", 0))
            stack.enter_context(connection)
            connection.sendall(head % (URL_ENCODED.encode(), OF_ANYBODY_BYTES))
            selector.register(connection, selectors.EVENT_READ)
        ((answered, _),) = selector.select(20)
        assert isinstance(answered.fileobj, socket.socket)
        assert answer_of(answered.fileobj).status == 429
        with httpx.Client(base_url=server.url, timeout=30, follow_redirects=True) as client:
            assert log_in(client, "ada@lab.example", PASSWORD).url.path == "/"


@pytest.mark.parametrize("length", ["announced", "chunked"])
def test_a_form_without_files_is_small_where_files_are_accepted(
    length: str, server: Sialoscope, ada: httpx.Client
) -> None:
    """It would stand in memory as a whole, and a table is as large as the settings allow."""
    if length == "announced":
        begin = Body("/preview", URL_ENCODED, LARGEST_BYTES, b"mapping=")
    else:
        piece = b"%x\r\n%b\r\n" % (200_000, b"a" * 200_000)
        begin = Body("/preview", URL_ENCODED, 0, piece)
    with begun(server, ada, begin) as sent:
        assert answer_of(sent).status == 400


@contextmanager
def begun(server: Sialoscope, client: httpx.Client, body: Body) -> Iterator[socket.socket]:
    """A request of which the head and the first bytes of the body were sent."""
    size = f"Content-Length: {body.size}" if body.size else "Transfer-Encoding: chunked"
    head = (
        f"POST {body.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {body.kind}\r\n{size}\r\n"
        f"Authorization: {client.headers['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head.encode() + body.begin)
        yield connection


def answer_of(connection: socket.socket) -> HTTPResponse:
    """An answer, which comes although the request is not complete."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer


def _takes_another(client: httpx.Client, body: Body) -> bool:
    """Whether a request of this size is read again: whole, so that it is answered."""
    if body is UPLOAD:
        table = SMALL + b" " * (body.size - 10_000)
        return client.post(body.path, files={"file": ("a.csv", table)}).status_code != 429
    content = b" " * body.size
    headers = {"content-type": body.kind}
    return client.post(body.path, content=content, headers=headers).status_code != 429
