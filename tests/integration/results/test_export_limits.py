"""Exports cost little: few at a time, made once for all readers, and ended when these leave."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from app.web.features.results.downloads.order import PROCESS
from tests.integration.api import SMALL, finished, large_table, submit
from tests.page_forms import send
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope() as running:
        yield running


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def succeeded(client: httpx.Client, content: bytes = SMALL) -> str:
    job = submit(client, content)
    assert finished(client, job)["status"] == "succeeded"
    return job


def makers(server: Sialoscope) -> list[int]:
    """The processes that make exports."""
    found = []
    for web in server.pids("web"):
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(web).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if PROCESS in child.cmdline():
                        found.append(child.pid)
    return found


@contextmanager
def held(server: Sialoscope, number: int) -> Iterator[list[int]]:
    """So many makers, as soon as they are there, held still."""
    stopped: set[int] = set()

    def are_held() -> bool:
        for pid in set(makers(server)) - stopped:
            os.kill(pid, signal.SIGSTOP)
            stopped.add(pid)
        return len(stopped) == number

    wait_until(are_held)
    try:
        yield sorted(stopped)
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def export(server: Sialoscope, job: str, kind: str = "xlsx", **headers: str) -> httpx.Response:
    with server.client() as client:
        return client.get(f"/api/v1/jobs/{job}/export", params={"format": kind}, headers=headers)


def test_one_user_has_two_exports_at_a_time_and_learns_when_to_retry(
    server: Sialoscope, client: httpx.Client, pool: ThreadPoolExecutor
) -> None:
    jobs = [succeeded(client, large_table(copies=3)) for _ in range(3)]
    first = [pool.submit(export, server, job) for job in jobs[:2]]
    with held(server, 2):
        refused = export(server, jobs[2])
        assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert (refused.headers["retry-after"], refused.headers["content-type"]) == ("7", PROBLEM)
        assert refused.json()["detail"].startswith("You have 2 exports in progress already")
        page = export(server, jobs[2], accept="text/html,*/*")
        assert page.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert page.headers["retry-after"] == "7"
        assert "<h1" in page.text
        assert client.get("/api/v1/jobs").is_success
    assert [answer.result().status_code for answer in first] == [200, 200]
    assert export(server, jobs[2]).is_success


def test_two_readers_share_one_making_and_later_ones_its_file(
    server: Sialoscope, client: httpx.Client, pool: ThreadPoolExecutor
) -> None:
    job = succeeded(client)
    first = pool.submit(export, server, job)
    with held(server, 1) as makers_held:
        second = pool.submit(export, server, job)
        with pytest.raises(FutureTimeoutError):
            second.result(timeout=0.5)
        assert makers(server) == makers_held
    assert first.result().content == second.result().content
    (kept,) = kept_files(server, job)
    inode = kept.stat().st_ino
    assert export(server, job).content == first.result().content
    assert kept.stat().st_ino == inode


def kept_files(server: Sialoscope, job: str) -> list[Path]:
    return [path for path in server.data.glob(f"storage/exports/{job}/**/*") if path.is_file()]


def reading(server: Sialoscope, job: str) -> socket.socket:
    """The connection of a reader who waits for an export, and leaves by closing it."""
    reader = socket.create_connection(("127.0.0.1", server.port))
    head = f"GET /api/v1/jobs/{job}/export?format=xlsx HTTP/1.1\r\nHost: localhost\r\n"
    reader.sendall(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
    return reader


def test_a_making_ends_with_its_last_reader_and_leaves_nothing(
    server: Sialoscope, client: httpx.Client
) -> None:
    job = succeeded(client)
    leaving = [reading(server, job) for _ in range(2)]
    with held(server, 1):
        for reader in leaving:
            reader.close()
        wait_until(lambda: not makers(server))
    wait_until(lambda: not list(server.data.glob("storage/exports/*.partial")))
    assert kept_files(server, job) == []
    assert export(server, job).is_success  # the place was given back


def test_the_exports_of_a_job_go_with_it(server: Sialoscope, client: httpx.Client) -> None:
    job = succeeded(client)
    assert export(server, job, "csv").is_success
    assert len(kept_files(server, job)) == 1
    assert client.delete(f"/api/v1/jobs/{job}").is_success
    assert not server.data.joinpath("storage/exports", job).exists()


def test_an_archive_of_many_jobs_has_a_place_too_and_is_not_kept(
    server: Sialoscope, client: httpx.Client, pool: ThreadPoolExecutor
) -> None:
    jobs = [succeeded(client) for _ in range(2)]
    making = pool.submit(download_all, server, jobs)
    with held(server, 1):
        pass
    answer = making.result()
    assert answer.is_success
    assert answer.headers["content-length"] == str(len(answer.content))
    assert [kept_files(server, job) for job in jobs] == [[], []]


def download_all(server: Sialoscope, jobs: list[str]) -> httpx.Response:
    with server.client() as browser:
        del browser.headers["Authorization"]
        browser.get("/login", params={"token": TOKEN}, follow_redirects=True)
        return send(browser, "/jobs/selected/download", job=jobs)


def test_a_maker_ends_when_its_web_is_killed(server: Sialoscope, client: httpx.Client) -> None:
    job = succeeded(client, large_table(copies=3))
    with reading(server, job), held(server, 1) as (maker,):
        (web,) = server.pids("web")
        os.kill(web, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(maker))
    wait_until(server.is_ready)
