"""Processes that hang instead of dying: they are replaced, and write nothing when they wake."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.analysis.rules import RULES
from app.db.jobs.tables import Job
from tests.integration.api import SMALL, events, finished, large_table, published, submit
from tests.servers import TOKEN, Sialoscope, jobs_in, running_sialoscope, wait_until

# Longer than a busy machine lets a process wait for its turn.
HUNG_AFTER_S = 6
SLOW = large_table(600)


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """One whose processes are stopped, and replaced soon."""
    with running_sialoscope({"SIALOSCOPE_HUNG_AFTER_S": str(HUNG_AFTER_S)}) as running:
        yield running


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it was replaced
            os.kill(pid, signal.SIGCONT)


def job(client: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").json()
    return found


def running(client: httpx.Client, table: bytes = SLOW) -> str:
    job_id = submit(client, table)
    wait_until(lambda: job(client, job_id)["status"] == "running")
    return job_id


def worker_of(client: httpx.Client, job_id: str) -> int:
    """The process of the worker that runs a job."""
    attempts = client.get(f"/api/v1/ops/jobs/{job_id}/attempts").json()["attempts"]
    return int(attempts[-1]["worker"].split(":")[1])


def test_a_worker_that_hangs_is_replaced_and_its_jobs_go_on(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = running(client)
    (hung,) = server.pids("worker")
    with stopped(hung):
        waiting = submit(client, SMALL)
        wait_until(lambda: server.pids("worker") not in ([], [hung]))
        assert finished(client, waiting)["status"] == "succeeded"
        ended = finished(client, job_id)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)


def test_a_web_that_hangs_is_replaced_and_its_readers_are_served(
    client: httpx.Client, server: Sialoscope
) -> None:
    (hung,) = server.pids("web")
    with stopped(hung):
        assert client.get("/api/v1/jobs").is_success  # waits on the socket until there is another
        assert server.pids("web") != [hung]


def test_a_scheduler_that_hangs_is_replaced(server: Sialoscope) -> None:
    (hung,) = server.pids("scheduler")
    with stopped(hung):
        wait_until(lambda: server.pids("scheduler") not in ([], [hung]))


def test_who_takes_long_but_answers_is_left_alone(client: httpx.Client, server: Sialoscope) -> None:
    before = [server.pids(part) for part in ("web", "worker", "scheduler")]
    with server.held_analysis():
        running(client)
        until = time.monotonic() + HUNG_AFTER_S + 2
        wait_until(lambda: time.monotonic() > until)
    assert [server.pids(part) for part in ("web", "worker", "scheduler")] == before


def test_a_worker_that_wakes_up_finds_its_lease_lost_and_writes_nothing() -> None:
    """Nobody replaces it here: another worker takes its job when the lease has run out."""
    environment = {"SIALOSCOPE_WORKERS": "2", "SIALOSCOPE_TASKS_PER_WORKER": "1"}
    environment |= {"SIALOSCOPE_HUNG_AFTER_S": "600"}
    with (
        running_sialoscope(environment) as server,
        server.client() as client,
    ):
        job_id = running(client)
        hung = worker_of(client, job_id)
        with stopped(hung):
            let_leases_run_out(server)
            ended = finished(client, job_id)
            assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
            received = published(events(client, job_id))
        gives_up = f"{job_id} is no longer held by attempt 1"
        wait_until(lambda: gives_up in server.log.read_text())
        assert job(client, job_id) == ended
        assert published(events(client, job_id)) == received
        rules = [json.loads(text)["number"] for name, _, text in received if name == "rule"]
        assert sorted(rules) == sorted(rule.number for rule in RULES)
        results = server.data / "storage" / "results" / job_id
        wait_until(lambda: [each.name for each in results.iterdir()] == ["2"])


def let_leases_run_out(server: Sialoscope) -> None:
    """As they do after 20 s."""

    async def work() -> None:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await Job.update({Job.lease_until: past}).where(Job.state == "running")

    with jobs_in(server.database_url):
        asyncio.run(work())


def test_readiness_and_pages_say_that_no_worker_answers() -> None:
    """Nobody replaces it here, as on a server whose supervisor hangs too."""
    with (
        running_sialoscope({"SIALOSCOPE_HUNG_AFTER_S": "600"}) as server,
        server.client() as client,
    ):
        finished(client, submit(client, SMALL))
        assert client.get("/health/ready").is_success
        (hung,) = server.pids("worker")
        with stopped(hung):
            wait_until(lambda: not client.get("/health/ready").is_success)
            said = client.get("/health/ready").json()["parts"]
            assert said["workers"].startswith("No worker has answered for ")
            assert {said[part] for part in ("database", "redis", "storage")} == {"ready"}
            waiting = submit(client, SMALL)
            sentence = "your job waits."
            assert job(client, waiting)["message"].endswith(sentence)
            client.get("/login", params={"token": TOKEN})
            for path in (f"/jobs/{waiting}", "/jobs"):
                assert sentence in client.get(path).text
        wait_until(lambda: client.get("/health/ready").is_success)
        assert finished(client, waiting)["status"] == "succeeded"
