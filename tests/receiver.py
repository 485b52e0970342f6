"""A real HTTP server for tests that keeps the calls it receives and answers as configured."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.servers import wait_until


class Call(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Answers by the next of the statuses of a path; by 204 once there are none."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.statuses: dict[str, list[int]] = {}
        self.port = 0

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def next_to(self, path: str, *, known: int = 0) -> Call:
        wait_until(lambda: len(self.to(path)) > known)
        return self.to(path)[known]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.calls.append(Call(self.path, dict(self.headers), body))
            statuses = receiver.statuses.get(self.path)
            self.send_response(statuses.pop(0) if statuses else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the terminal clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
