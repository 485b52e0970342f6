"""Uploads that come slowly, or stop: they cost no memory, and are not waited for without end."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.server.request_body import TOO_SLOW, WINDOW_S
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until

SLOW = 100
MOST_BYTES_MORE = 60_000_000
ROWS = b"GM1(36:1;O2),12.5,1000,T\n" * 4000
PIECE = 5_000


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope() as running:
        yield running


def test_uploads_that_stop_are_let_go_with_a_sentence_and_cost_no_memory(
    server: Sialoscope,
) -> None:
    before = server.web_memory_bytes()
    with ExitStack() as stack:
        uploads = [stack.enter_context(begun(server)) for _ in range(SLOW)]
        assert server.is_ready()
        assert server.web_memory_bytes() - before < MOST_BYTES_MORE
        answers = [answer(upload) for upload in uploads]
    assert {text.partition("\r\n")[0] for text in answers} == {"HTTP/1.1 408 Request Timeout"}
    assert all(text.endswith(TOO_SLOW) for text in answers)
    assert_nothing_is_left(server)


def test_an_upload_whose_client_leaves_is_no_error_of_the_server(server: Sialoscope) -> None:
    begun(server).close()
    assert_nothing_is_left(server)


def test_a_slow_upload_that_comes_on_is_taken(server: Sialoscope) -> None:
    body = form()
    with begun(server, body[:PIECE]) as upload:
        for start in range(PIECE, len(body), PIECE):
            time.sleep(2 * WINDOW_S * PIECE / len(body))
            upload.sendall(body[start : start + PIECE])
        assert answer(upload).startswith("HTTP/1.1 202")


def form() -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="slow.csv"\r\n\r\n'
    return b"--x\r\n" + head + b"Name,RT,Volume,Anchor\n" + ROWS + b"\r\n--x--\r\n"


def begun(server: Sialoscope, piece: bytes = form()[:PIECE]) -> socket.socket:
    """An upload of which the head and this piece were sent."""
    upload = socket.create_connection(("127.0.0.1", server.port), timeout=WINDOW_S + 40)
    head = (
        f"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(form())}\r\n\r\n"
    )
    upload.sendall(head.encode() + piece)
    return upload


def answer(upload: socket.socket) -> str:
    text = upload.recv(100_000)
    while b"\r\n\r\n" not in text or text.endswith(b"\r\n\r\n"):
        text += upload.recv(100_000)
    return text.decode()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def assert_nothing_is_left(server: Sialoscope) -> None:
    """No job, no file, and no error in the log."""
    with server.client() as client:
        assert client.get("/api/v1/jobs").json()["jobs"] == []
    wait_until(lambda: not files(server.data / "storage"))
    assert "Traceback" not in server.log.read_text()
