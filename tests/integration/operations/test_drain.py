"""A web process that is asked to stop sends its listeners away, and they miss nothing."""

import os
import re
import signal
import time
from collections.abc import Iterator

import httpx
import pytest
from httpx_sse import ServerSentEvent

from tests.integration.api import events, finished, large_table, submit
from tests.servers import Sialoscope, running_sialoscope, wait_until

# The events of the job's own stream, which bear an id.
STORED = ("progress", "log", "rule", "complete")
RETRY_ALONE = re.compile(r"retry: (\d+)")


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope() as running:
        yield running


def test_a_stream_ends_at_once_and_its_client_misses_nothing(
    server: Sialoscope, client: httpx.Client
) -> None:
    job_id = submit(client, large_table(copies=300))
    with client.stream("GET", f"/api/v1/jobs/{job_id}/events") as stream:
        seen = drained(server, stream, until="event: progress")
    before = [line.removeprefix("id: ") for line in seen if line.startswith("id: ")]
    assert "event: complete" not in seen
    wait_as_asked(seen)
    after = list(events(client, job_id, before[-1]))
    assert after[-1].event == "complete"
    assert [*before, *ids(after)] == ids(list(events(client, job_id)))


def test_the_stream_of_a_page_asks_it_to_come_back(
    server: Sialoscope, client: httpx.Client
) -> None:
    job_id = submit(client, large_table(copies=300))
    with client.stream("GET", f"/jobs/{job_id}/events?watch=1") as stream:
        seen = drained(server, stream, until="event: panel")
    assert "event: ended" not in seen
    wait_as_asked(seen)
    assert finished(client, job_id)["status"] == "succeeded"


def drained(server: Sialoscope, stream: httpx.Response, *, until: str) -> list[str]:
    """All lines of a stream whose web process is asked to stop while its analysis holds still."""
    lines = stream.iter_lines()
    seen = []
    for line in lines:
        seen.append(line)
        if line == until:
            break
    with server.held_analysis():
        stopping = set(server.pids("web"))
        for pid in stopping:
            os.kill(pid, signal.SIGTERM)
        seen += list(lines)
        # It may still accept a connection, only to close it.
        wait_until(lambda: stopping.isdisjoint(server.pids("web")))
    return seen


def wait_as_asked(lines: list[str]) -> None:
    """Pause for the time in the last message, which says nothing else."""
    *_, before, last, end = lines
    assert (before, end) == ("", "")
    found = RETRY_ALONE.fullmatch(last)
    assert found
    assert 500 <= int(found[1]) <= 3000
    time.sleep(int(found[1]) / 1000)


def ids(received: list[ServerSentEvent]) -> list[str]:
    """The ids of the events that have one of their own."""
    return [event.id for event in received if event.event in STORED]
