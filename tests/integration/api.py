"""What a program does with the API, in the words of the tests."""

import json
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from app.analysis.example.example_table import example_table
from tests.servers import wait_until

JOB_TIMEOUT_S = 180
SMALL = b"Name,RT,Volume\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\n"


def large_table(copies: int) -> bytes:
    """A cohort of the example table, as large as a test needs it."""
    header, *rows = example_table().write_csv().splitlines()
    lines = [f"{row},s{copy}" for copy in range(copies) for row in rows]
    return "\n".join([f"{header},sample", *lines]).encode()


def submit(client: httpx.Client, content: bytes, name: str = "peaks.csv", **form: str) -> str:
    """Submit a table and return its job's id."""
    answer = client.post("/api/v1/jobs", files={"file": (name, content)}, data=form)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["job_id"])


def submit_file(client: httpx.Client, path: Path) -> str:
    return submit(client, path.read_bytes(), path.name)


def finished(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""
    path = f"/api/v1/jobs/{job_id}"
    wait_until(lambda: client.get(path).json()["finished_at"] is not None, JOB_TIMEOUT_S)
    job: dict[str, Any] = client.get(path).json()
    return job


def submit_slow(client: httpx.Client, name: str = "peaks.csv") -> str:
    """Submit a table of some 850,000 rows and return its job's id once it is being analyzed."""
    job_id = submit(client, large_table(copies=3000), name)
    path = f"/api/v1/jobs/{job_id}"
    wait_until(lambda: client.get(path).json()["percentage"] > 0, JOB_TIMEOUT_S)
    return job_id


def events(
    client: httpx.Client, job_id: str, last_event_id: str = ""
) -> Generator[ServerSentEvent, None, None]:
    """The job's events as they come, until the stream ends."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with connect_sse(client, "GET", f"/api/v1/jobs/{job_id}/events", headers=headers) as source:
        yield from source.iter_sse()


def admitted(kept: ExitStack, client: httpx.Client, path: str) -> httpx.Response:
    """An open stream, once the server has noticed that enough of those before have been left."""
    answers: list[httpx.Response] = []

    def is_admitted() -> bool:
        with ExitStack() as stack:
            answers.append(stack.enter_context(client.stream("GET", path)))
            if answers[-1].is_success:
                kept.push(stack.pop_all())
        return answers[-1].is_success

    wait_until(is_admitted)
    return answers[-1]


def published(heard: Iterable[ServerSentEvent]) -> list[tuple[str, str, str]]:
    """The events that are the same for all who listen, without what a stream says of itself.

    Who connects before the last event is published gets a snapshot of the job; who comes later
    does not. An event without data says when to return.
    """
    of_the_job = (each for each in heard if each.event not in ("connected", "snapshot"))
    return [(each.event, each.id, each.data) for each in of_the_job if each.data]


def data(event: ServerSentEvent) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(event.data)
    return parsed
