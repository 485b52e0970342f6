"""What becomes of jobs that are cancelled, sent twice, or whose processes are stopped or killed."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest

from app.analysis.rules import RULES
from tests.held_jobs import held_job
from tests.integration.api import admitted, data, events, finished, large_table, submit
from tests.servers import Sialoscope, held, killed, running_sialoscope, wait_until

# Long enough to be met within a rule: about 280,000 rows.
SLOW = large_table(1000)


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """A server of this module's own, for its workers are stopped and killed."""
    settings = {"SIALOSCOPE_STREAMS_PER_USER": "3", "SIALOSCOPE_HUNG_AFTER_S": "600"}
    with running_sialoscope(settings) as running:
        yield running


def running_in_a_rule(client: httpx.Client) -> str:
    job_id = submit(client, SLOW)
    with closing(events(client, job_id)) as received:
        steps = (data(event)["current_step"] for event in received if event.event == "progress")
        next(step for step in steps if step == "rules")
    return job_id


def job(client: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").json()
    return found


def test_a_cancelled_job_ends_even_inside_a_rule_that_does_not(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = running_in_a_rule(client)
    with server.held_analysis():
        assert client.post(f"/api/v1/jobs/{job_id}/cancel").status_code == httpx.codes.ACCEPTED
        wait_until(lambda: job(client, job_id)["status"] == "cancelled")
    assert list(events(client, job_id))[-1].event == "cancelled"
    assert client.post(f"/api/v1/jobs/{job_id}/cancel").status_code == httpx.codes.CONFLICT


def test_a_cancelled_job_can_be_started_again(client: httpx.Client) -> None:
    job_id = running_in_a_rule(client)
    client.post(f"/api/v1/jobs/{job_id}/cancel")
    wait_until(lambda: job(client, job_id)["status"] == "cancelled")
    assert client.post(f"/api/v1/jobs/{job_id}/start").is_success
    received = [event.event for event in events(client, job_id)]
    assert received[-1] == "complete"
    assert "cancelled" not in received


def test_an_upload_without_space_on_the_disk_is_refused_and_leaves_nothing(
    client: httpx.Client, server: Sialoscope
) -> None:
    storage = server.data / "storage"
    before = set(storage.rglob("*.*"))
    (web,) = server.pids("web")
    _, most = resource.prlimit(web, resource.RLIMIT_FSIZE)
    resource.prlimit(web, resource.RLIMIT_FSIZE, (0, most))
    answer = client.post("/api/v1/jobs", files={"file": ("peaks.csv", large_table(1))})
    resource.prlimit(web, resource.RLIMIT_FSIZE, (most, most))
    assert answer.status_code == httpx.codes.INSUFFICIENT_STORAGE
    assert "The disk is full, and nothing was saved." in answer.json()["detail"]
    assert set(storage.rglob("*.*")) == before


def test_followers_of_a_deleted_job_are_notified_while_it_still_runs(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = running_in_a_rule(client)
    following = events(client, job_id)
    next(following)
    with server.held_analysis():
        client.delete(f"/api/v1/jobs/{job_id}")
        assert list(following)[-1].event == "cancelled"


def test_an_analysis_process_that_is_killed_is_tried_again(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = running_in_a_rule(client)
    with held(server.pids("scheduler")):  # whose sweep would find the job too, if later
        assert killed(server.analyses())
        ended = finished(client, job_id)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)


def test_the_job_of_a_killed_worker_does_not_wait_for_its_lease(
    client: httpx.Client, server: Sialoscope
) -> None:
    # Without the scheduler no lease is found to have run out.
    with held(server.pids("scheduler")), held_job(server, client) as job_id:
        assert killed(server.pids("worker"))
        wait_until(lambda: job(client, job_id)["status"] == "queued")
    ended = finished(client, job_id)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)


def test_a_worker_that_stops_hands_its_job_to_the_next(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = running_in_a_rule(client)
    (worker,) = server.pids("worker")
    for analysis in server.analyses():
        os.kill(analysis, signal.SIGSTOP)
    os.kill(worker, signal.SIGTERM)
    ended = finished(client, job_id)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
    received = [data(event) for event in events(client, job_id) if event.event == "rule"]
    assert sorted(event["number"] for event in received) == sorted(rule.number for rule in RULES)


def test_a_user_with_too_many_streams_is_asked_to_wait(client: httpx.Client) -> None:
    job_id = running_in_a_rule(client)
    path = f"/api/v1/jobs/{job_id}/events"
    with ExitStack() as streams:
        read = [admitted(streams, client, path).iter_raw() for _ in range(3)]
        assert all(b"connected" in next(chunks) for chunks in read)
        refused = client.get(path)
        assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert refused.headers["Retry-After"] == "10"
        assert "3 open streams" in refused.json()["detail"]
    wait_until(lambda: _can_listen(client, path))
    client.post(f"/api/v1/jobs/{job_id}/cancel")


def _can_listen(client: httpx.Client, path: str) -> bool:
    with client.stream("GET", path) as stream:
        return stream.is_success
