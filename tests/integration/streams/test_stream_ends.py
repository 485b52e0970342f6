"""The log says why each event stream ended, whose it was and how long it was open."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.integration.api import SMALL, admitted, events, finished, submit
from tests.servers import Sialoscope, running_sialoscope, wait_until

STREAMS = 2
ENDED, REFUSED = "An event stream ended: ", "An event stream was refused: "


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    environment = {"SIALOSCOPE_LOG": "json", "SIALOSCOPE_STREAMS_PER_USER": str(STREAMS)}
    with running_sialoscope(environment) as running:
        yield running


@pytest.fixture(scope="module")
def job_id(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, SMALL)
        finished(client, job_id)
    return job_id


def test_the_job_ended(server: Sialoscope, client: httpx.Client, job_id: str) -> None:
    list(events(client, job_id))
    line = ending(server, "the job ended")
    assert line["job"] == job_id
    assert line["user"] == "local"
    assert re.search(r"It was open for \d+\.\d s\.$", line["message"])


def test_the_client_left(server: Sialoscope, client: httpx.Client) -> None:
    with server.held_analysis():
        job_id = submit(client, SMALL)
        with client.stream("GET", f"/api/v1/jobs/{job_id}/events") as stream:
            request_id = stream.headers["X-Request-ID"]
        line = ending(server, "the client left")
        assert (line["job"], line["request"]) == (job_id, request_id)
    finished(client, job_id)


def test_the_user_lost_access(server: Sialoscope, client: httpx.Client) -> None:
    made = client.post("/api/v1/tokens", json={"name": "robot", "scopes": ["read"]}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with (
        httpx.Client(base_url=server.url, headers=bearer, timeout=60) as program,
        program.stream("GET", "/api/v1/events") as stream,
    ):
        client.delete(f"/api/v1/tokens/{made['id']}")
        list(stream.iter_lines())
    reason = "the user lost access, because the token was revoked or expired"
    assert "job" not in ending(server, reason)


def test_too_many_streams_are_open(server: Sialoscope, client: httpx.Client) -> None:
    with ExitStack() as kept:
        for _ in range(STREAMS):
            admitted(kept, client, "/api/v1/events")
        assert client.get("/api/v1/events").status_code == httpx.codes.TOO_MANY_REQUESTS
    assert ending(server, "You have 2 open streams already", REFUSED)["request"]


def test_the_web_process_stops(server: Sialoscope, client: httpx.Client) -> None:
    with ExitStack() as kept:
        stream = admitted(kept, client, "/api/v1/events")
        for pid in server.pids("web"):
            os.kill(pid, signal.SIGTERM)
        list(stream.iter_lines())
    ending(server, "this web process stops")


def ending(server: Sialoscope, why: str, what: str = ENDED) -> dict[str, Any]:
    """The line of the log that gives this reason."""
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        lines = server.log_lines()
        found.extend(each for each in lines if each["message"].startswith(what + why))
        return bool(found)

    wait_until(is_there)
    return found[-1]
