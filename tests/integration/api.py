"""What a program does with the API, in the words of the tests."""

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from app.analysis.example.example_table import example_table

JOB_TIMEOUT_S = 60
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
    deadline = time.monotonic() + JOB_TIMEOUT_S
    while True:
        job: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").json()
        if job["finished_at"]:
            return job
        assert time.monotonic() < deadline, f"The job did not end: {job}"
        time.sleep(0.05)


def submit_slow(client: httpx.Client, name: str = "peaks.csv") -> str:
    """Submit a table of some 850,000 rows and return its job's id once it is being analyzed."""
    job_id = submit(client, large_table(copies=3000), name)
    deadline = time.monotonic() + JOB_TIMEOUT_S
    while client.get(f"/api/v1/jobs/{job_id}").json()["percentage"] == 0:
        assert time.monotonic() < deadline, "The job did not begin."
        time.sleep(0.05)
    return job_id


def events(
    client: httpx.Client, job_id: str, last_event_id: str = ""
) -> Generator[ServerSentEvent, None, None]:
    """The job's events as they come, until the stream ends."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with connect_sse(client, "GET", f"/api/v1/jobs/{job_id}/events", headers=headers) as source:
        yield from source.iter_sse()


def data(event: ServerSentEvent) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(event.data)
    return parsed
