"""A provider that answers nonsense is away: it costs no memory and breaks nothing."""

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from app.accounts.sign_on.errors import ProviderAwayError
from app.accounts.sign_on.provider import MOST_BYTES, ProviderClient

DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
ENDLESS = 1_000 * MOST_BYTES
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "deep": (200, {}, DEEP),
    "endless": (200, {"Content-Length": str(ENDLESS)}, b" " * 2 * MOST_BYTES),
    "bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(100 * MOST_BYTES))),
    "list": (200, {}, b"[]"),
    "redirect": (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "other": (200, {}, b'{"issuer": "https://another.example"}'),
}


class Pages(BaseHTTPRequestHandler):
    """Answers what the first part of the address says."""

    def do_GET(self) -> None:
        status, headers, content = ANSWERS[self.path.split("/")[1]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # the client need not read all
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("deep", "no JSON"),
        ("endless", "too long"),
        ("bomb", "too long"),
        ("list", "no JSON"),
        ("redirect", "status 302"),
        ("other", "not complete"),
    ],
)
def test_what_is_no_description_of_the_provider_is_named(
    address: str, answer: str, why: str
) -> None:
    with pytest.raises(ProviderAwayError, match=why):
        asyncio.run(ProviderClient(f"{address}/{answer}", "Lab Login").describe())
