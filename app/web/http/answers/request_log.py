"""Gives every request an id for the log, and measures its status and duration."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from litestar.datastructures import Headers
from litestar.types import HTTPScope, Message, Send

from app.db.security.actor import Actor, acting
from app.observability.logs import marked
from app.observability.metrics.measured import HTTP_REQUESTS, HTTP_SECONDS
from app.observability.tracing import span

REQUEST_ID = "X-Request-ID"
# The ids accepted from a proxy; other characters could forge lines of the log.
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The route of a request that matched none; the status if its client left before the answer.
NONE = "-"


@contextmanager
def logged_request(scope: HTTPScope, send: Send) -> Iterator[Send]:
    """Yield a ``send`` that adds the request's id to the response; count the request at the end."""
    request_id, status, began = _request_id(scope), NONE, time.perf_counter()

    async def send_and_note_status(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = str(message["status"])
            id_header = (REQUEST_ID.lower().encode(), request_id.encode())
            message["headers"] = [*message["headers"], id_header]
        await send(message)

    actor = acting(Actor(address=_address(scope)))
    with marked(request=request_id), actor, span("request") as attributes:
        try:
            yield send_and_note_status
        finally:
            attributes |= {"request": request_id, **_counted(scope, status, began)}


def _counted(scope: HTTPScope, status: str, began: float) -> dict[str, str]:
    """Count a request that has ended, and return the attributes of its span."""
    route = scope.get("path_template") or NONE
    method = str(scope["method"]) if scope["method"] in METHODS else NONE
    HTTP_REQUESTS.labels(method, route, status).inc()
    HTTP_SECONDS.labels(route).observe(time.perf_counter() - began)
    return {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }


def _address(scope: HTTPScope) -> str:
    """The address of the client; empty over a Unix socket."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _request_id(scope: HTTPScope) -> str:
    given = Headers.from_scope(scope).get(REQUEST_ID, "")
    return given if SANE_ID.fullmatch(given) else uuid4().hex
