"""A real reverse proxy with the usual mistakes, for the checks that must notice them."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from tests.servers import free_port

TOO_LARGE = 413


class BadProxy(BaseHTTPRequestHandler):
    """Buffers whole answers, refuses uploads, and does not forward the client's address."""

    target: ClassVar[str]
    added_headers: ClassVar[dict[str, str]]

    def do_GET(self) -> None:
        forward = HTTPConnection(urlsplit(self.target).netloc)
        forward.request(
            "GET",
            self.path,
            headers=self.added_headers | {"Accept": self.headers.get("Accept", "*/*")},
        )
        answer = forward.getresponse()
        body = answer.read()
        forward.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # the client has left
            self.wfile.write(body)

    def do_POST(self) -> None:
        self.send_response(TOO_LARGE)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running_bad_proxy(
    target: str, tls: ssl.SSLContext | None = None, added_headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run one before a web, over TLS with a context, and yield its address.

    It adds ``added_headers`` to each request.
    """
    added = dict(added_headers or {})
    handler = type("BadProxyOfOne", (BadProxy,), {"target": target, "added_headers": added})
    with ThreadingHTTPServer(("127.0.0.1", free_port()), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
