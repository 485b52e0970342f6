"""What is kept of every request: how it was answered, and in which time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from litestar.types import HTTPScope, Message, Send

from app.metrics.measured import HTTP_REQUESTS, HTTP_SECONDS

# For a request that reached no route, or whose client left before it was answered.
NONE = "-"


@contextmanager
def observed(scope: HTTPScope, send: Send) -> Iterator[Send]:
    """Give what sends the answer to a request, and count the request at the end."""
    status, began = NONE, time.perf_counter()

    async def send_and_see(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = str(message["status"])
        await send(message)

    try:
        yield send_and_see
    finally:
        route = scope.get("path_template") or NONE
        HTTP_REQUESTS.labels(scope["method"], route, status).inc()
        HTTP_SECONDS.labels(route).observe(time.perf_counter() - began)
