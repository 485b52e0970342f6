"""What administrators see of workers and jobs, and do to them: with workers that are killed."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sialoscope_client import Sialoscope as Client

from app.db.jobs.tables import Job
from app.version import __version__
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.people import Person, add_person
from tests.servers import Sialoscope, jobs_in, running_sialoscope, wait_until

WORKERS = 3
BOARD_AT = re.compile(r'id="board-at" datetime="([^"]+)"')


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """One with accounts, and with workers of its own that are stopped and killed."""
    environment = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_WORKERS": str(WORKERS)}
    environment |= {"SIALOSCOPE_TASKS_PER_WORKER": "1", "SIALOSCOPE_HUNG_AFTER_S": "600"}
    with running_sialoscope(environment) as running:
        yield running


@pytest.fixture(scope="module")
def root(server: Sialoscope) -> Person:
    return add_person(server, "root@lab.example", "--admin")


@pytest.fixture(scope="module")
def ops(root: Person) -> Iterator[httpx.Client]:
    with root.program("admin") as program:
        yield program


@pytest.fixture(scope="module")
def ada(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "ada@lab.example").program("read", "submit", "manage") as program:
        yield program


def test_the_level_of_the_log_changes_while_everything_runs(
    server: Sialoscope, root: Person, ops: httpx.Client, ada: httpx.Client
) -> None:
    refused = ops.put("/api/v1/ops/log-level", json={"level": "error"})
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert ada.put("/api/v1/ops/log-level", json={"level": "debug"}).is_client_error
    with root.session() as browser:
        shown = send(browser, "/admin/ops/log-level", level="debug", minutes="30")
        assert "set it to <strong>debug</strong>" in shown.text
        wrong = send(browser, "/admin/ops/log-level", level="debug", minutes="0")
        assert wrong.status_code == httpx.codes.BAD_REQUEST
    assert ops.get("/api/v1/ops/log-level").json()["chosen"]["by"] == root.name
    everybody = 1 + WORKERS + 1 + 1  # web, workers, scheduler and supervisor
    wait_until(lambda: server.log.read_text().count("log is debug now") == everybody)
    finished(ada, submit(ada, SMALL))
    wait_until(
        lambda: "DEBUG   workers.attempts.outcome: Step rule 3 took" in server.log.read_text()
    )
    with_analysis = everybody + 1  # the process that ran the job
    wait_until(lambda: server.log.read_text().count("log is debug now") == with_analysis)
    assert not re.findall(r"DEBUG +(?!app\.|workers\.|sialoscope\.)\w+", server.log.read_text())
    token = ops.headers["authorization"].removeprefix("Bearer ")
    with Client(server.url, token) as sialoscope:
        assert sialoscope.set_log_level("info", minutes=1)["level"] == "info"
        wait_until(lambda: bool(sialoscope.figures()))
        wait_until(lambda: "rule 3" in [each["step"] for each in sialoscope.step_times()])
    wait_until(lambda: server.log.read_text().count("log is info now") == everybody)
    trail = ops.get("/api/v1/security-trail", params={"kind": "log_level_changed"}).json()
    assert [each["detail"]["level"] for each in trail["events"]] == ["info", "debug"]


def test_figures_are_noted_and_the_queue_has_a_forecast(root: Person, ops: httpx.Client) -> None:
    wait_until(lambda: bool(ops.get("/api/v1/ops/figures").json()["figures"]))
    (first, *_) = ops.get("/api/v1/ops/figures", params={"minutes": 1}).json()["figures"]
    assert first["redis_bytes"] > 0
    assert first["redis_clients"] > 0
    forecast = ops.get("/api/v1/ops").json()["forecast"]
    assert forecast["empty_in_s"] == 0
    assert forecast["arrived"] is not None
    too_many = ops.get("/api/v1/ops/figures", params={"minutes": 1441})
    assert too_many.status_code == httpx.codes.BAD_REQUEST
    with root.session() as browser:
        assert "Busy in the last hour" in browser.get("/admin/ops").text


def workers(ops: httpx.Client) -> dict[str, dict[str, Any]]:
    """The workers by their names."""
    return {each["worker"]: each for each in ops.get("/api/v1/ops").json()["workers"]}


def attempts(ops: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ops.get(f"/api/v1/ops/jobs/{job_id}/attempts").json()["attempts"]
    return found


@contextmanager
def running(
    server: Sialoscope, ada: httpx.Client, ops: httpx.Client, name: str
) -> Iterator[tuple[str, str]]:
    """A job that runs, and its worker; the analysis goes on after this context."""
    with held_job(server, ada, name) as job_id:
        yield job_id, str(attempts(ops, job_id)[-1]["worker"])


def pid_of(worker: str) -> int:
    return int(worker.split(":")[1])


def status_of(ops: httpx.Client, worker: str) -> str:
    return str(workers(ops)[worker]["status"])


def test_every_worker_shows_itself(ops: httpx.Client, server: Sialoscope) -> None:
    wait_until(lambda: len(workers(ops)) == WORKERS)
    found = workers(ops)
    assert {pid_of(name) for name in found} == set(server.pids("worker"))
    for each in found.values():
        assert (each["status"], each["places"], each["version"]) == ("idle", 1, __version__)
        assert each["memory_bytes"] > 10_000_000
        assert 0 <= each["host_cpu_percent"] <= 100


def test_a_crash_shows_its_traceback_to_administrators_and_a_sentence_to_users(
    ada: httpx.Client, ops: httpx.Client, root: Person, server: Sialoscope
) -> None:
    def has_ended_by_crashes() -> bool:
        for analysis in server.analyses():
            with suppress(ProcessLookupError):
                os.kill(analysis, signal.SIGSEGV)
        return bool(ada.get(f"/api/v1/jobs/{job_id}").json()["finished_at"])

    # The process of the job may start after the first signal; it imports for longer than a look.
    with running(server, ada, ops, "crashes.csv") as (job_id, _):
        has_ended_by_crashes()
    wait_until(has_ended_by_crashes)
    ended = finished(ada, job_id)
    assert ended["status"] == "failed"
    (attempt,) = attempts(ops, job_id)
    assert attempt["outcome"] == "failed"
    assert attempt["message"] == ended["message"]
    assert "Traceback (most recent call last)" in attempt["traceback"]
    assert "ProcessCrashedError" in attempt["traceback"]
    with root.session() as browser:
        assert "ProcessCrashedError" in browser.get(f"/admin/ops/jobs/{job_id}").text
        assert "crashes.csv" in browser.get("/admin/ops").text
    for path in ("", "/record", "/audit", "/events"):
        assert "Traceback" not in ada.get(f"/api/v1/jobs/{job_id}{path}").text
    for path in ("", "/jobs", f"/jobs/{job_id}/attempts", "/throughput"):
        assert ada.get(f"/api/v1/ops{path}").status_code == httpx.codes.FORBIDDEN


def alive(ops: httpx.Client) -> list[str]:
    return [name for name, each in workers(ops).items() if each["status"] != "silent"]


def test_a_drained_worker_ends_its_job_and_takes_no_other(
    ada: httpx.Client, ops: httpx.Client, server: Sialoscope
) -> None:
    with running(server, ada, ops, "goes-on.csv") as (job_id, worker):
        assert ops.post(f"/api/v1/ops/workers/{worker}/drain").is_success
        wait_until(lambda: status_of(ops, worker) == "draining")
        assert workers(ops)[worker]["drained_by"] == "root@lab.example"
        assert [each["id"] for each in workers(ops)[worker]["jobs"]] == [job_id]
    assert finished(ada, job_id)["attempt"] == 1
    wait_until(lambda: status_of(ops, worker) == "drained")
    others = [submit(ada, SMALL) for _ in range(6)]
    assert {finished(ada, other)["status"] for other in others} == {"succeeded"}
    assert worker not in {attempts(ops, other)[-1]["worker"] for other in others}
    assert ops.delete(f"/api/v1/ops/workers/{worker}/drain").is_success
    wait_until(lambda: status_of(ops, worker) == "idle")
    gone = ops.post("/api/v1/ops/workers/none:1:00/drain")
    assert gone.status_code == httpx.codes.NOT_FOUND
    assert "none:1:00" in gone.json()["detail"]


def test_with_all_workers_drained_jobs_wait_and_the_board_says_so(
    ada: httpx.Client, ops: httpx.Client
) -> None:
    names = list(workers(ops))
    for name in names:
        ops.post(f"/api/v1/ops/workers/{name}/drain")
    wait_until(lambda: {each["status"] for each in workers(ops).values()} == {"drained"})
    job_id = submit(ada, SMALL, "waits.csv")
    wait_until(lambda: ops.get("/api/v1/ops").json()["queue"]["oldest_s"] > 2)
    board = ops.get("/api/v1/ops").json()
    assert board["warnings"] == ["all_drained"]
    assert board["queue"]["waiting"] == 1
    for name in names:
        ops.delete(f"/api/v1/ops/workers/{name}/drain")
    assert finished(ada, job_id)["status"] == "succeeded"


def test_workers_that_die_or_freeze_are_shown_silent_with_what_became_of_their_jobs(
    ada: httpx.Client, ops: httpx.Client, server: Sialoscope
) -> None:
    with (
        running(server, ada, ops, "killed.csv") as (killed_job, killed),
        running(server, ada, ops, "frozen.csv") as (frozen_job, frozen),
    ):
        os.kill(pid_of(frozen), signal.SIGSTOP)
        os.kill(pid_of(killed), signal.SIGKILL)
    try:
        wait_until(lambda: {status_of(ops, each) for each in (killed, frozen)} == {"silent"})
        assert "worker_silent" in ops.get("/api/v1/ops").json()["warnings"]
        (held,) = workers(ops)[frozen]["lost"]
        assert (held["job_id"], held["was_put_back"]) == (frozen_job, False)
        assert held["lease_until"]
        _let_lease_run_out(server, frozen_job)
        for job_id, worker in ((killed_job, killed), (frozen_job, frozen)):
            assert finished(ada, job_id)["status"] == "succeeded"
            lost, taken = attempts(ops, job_id)
            assert (lost["worker"], lost["outcome"]) == (worker, "lost")
            assert (taken["outcome"], taken["worker"] in (killed, frozen)) == ("succeeded", False)
            (became,) = workers(ops)[worker]["lost"]
            assert (became["job_id"], became["status"]) == (job_id, "succeeded")
            assert (became["was_put_back"], became["worker"]) == (True, taken["worker"])
    finally:
        os.kill(pid_of(frozen), signal.SIGCONT)
    wait_until(lambda: status_of(ops, frozen) == "idle")
    assert [each["outcome"] for each in attempts(ops, frozen_job)] == ["lost", "succeeded"]


def _let_lease_run_out(server: Sialoscope, job_id: str) -> None:
    """As it does after 20 s."""

    async def work() -> None:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await Job.update({Job.lease_until: past}).where(Job.id == job_id)

    with jobs_in(server.database_url):
        asyncio.run(work())


def test_an_administrator_cancels_and_retries_a_job_of_anybody_under_their_own_name(
    ada: httpx.Client, ops: httpx.Client, server: Sialoscope
) -> None:
    with running(server, ada, ops, "not-wanted.csv") as (job_id, _):
        assert ops.post(f"/api/v1/ops/jobs/{job_id}/retry").status_code == httpx.codes.CONFLICT
        assert ops.post(f"/api/v1/ops/jobs/{job_id}/cancel").status_code == httpx.codes.ACCEPTED
    assert finished(ada, job_id)["status"] == "cancelled"
    retried = ops.post(f"/api/v1/ops/jobs/{job_id}/retry")
    assert (retried.status_code, retried.json()["owner"]) == (202, "ada@lab.example")
    assert finished(ada, job_id)["status"] == "succeeded"
    trail = ada.get(f"/api/v1/jobs/{job_id}/audit").json()["entries"]
    by_whom = {entry["what"]: entry["who"] for entry in trail}
    assert by_whom["cancel requested"] == by_whom["queued again"] == "root@lab.example"
    assert by_whom["submitted"] == "ada@lab.example"
    assert [each["outcome"] for each in attempts(ops, job_id)] == ["cancelled", "succeeded"]


def test_the_page_cancels_and_retries_too(
    ada: httpx.Client, ops: httpx.Client, root: Person, server: Sialoscope
) -> None:
    with root.session() as browser:
        with running(server, ada, ops, "by-page.csv") as (job_id, _):
            page = f"/admin/ops/jobs/{job_id}"
            assert f'action="{page}/cancel"' in browser.get(page).text
            send(browser, f"{page}/cancel")
        assert finished(ada, job_id)["status"] == "cancelled"
        assert f'action="{page}/retry"' in browser.get(page).text
        send(browser, f"{page}/retry")
    assert finished(ada, job_id)["status"] == "succeeded"


def test_the_board_tells_of_redis_and_of_what_is_kept(ops: httpx.Client, root: Person) -> None:
    wait_until(lambda: ops.get("/api/v1/ops").json()["sizes"] is not None)
    board = ops.get("/api/v1/ops").json()
    assert (board["redis"]["policy"], board["redis"]["warnings"]) == ("noeviction", [])
    assert board["redis"]["keys"] > 0
    assert board["sizes"]["database"]["bytes"] > 100_000
    assert board["sizes"]["storage"]["free_bytes"] > 0
    with root.session() as browser:
        received = browser.get("/admin/ops").text
    assert board["redis"]["version"] in received
    assert "noeviction" in received


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "CRASHES"}, {"crashes.csv"}),
        ({"search": "ada@lab", "status": "failed"}, {"crashes.csv"}),
        ({"search": "root@lab"}, set()),
        ({"retried": "true", "search": "not-w"}, {"not-wanted.csv"}),
        ({"retried": "true", "search": "crashes"}, set()),
        ({"since": "2099-01-01"}, set()),
    ],
)
def test_the_jobs_of_all_are_searched_and_filtered(
    ops: httpx.Client, query: dict[str, str], names: set[str]
) -> None:
    found = ops.get("/api/v1/ops/jobs", params=query).json()
    assert {each["file_name"] for each in found["jobs"]} == names
    assert found["total"] == len(names)


def test_a_job_is_found_by_its_id_and_by_its_worker(ops: httpx.Client, root: Person) -> None:
    (job,) = ops.get("/api/v1/ops/jobs", params={"search": "crashes.csv"}).json()["jobs"]
    for text in (job["id"], job["worker"]):
        found = ops.get("/api/v1/ops/jobs", params={"search": text}).json()["jobs"]
        assert job in found
    with root.session() as browser:
        page = browser.get("/admin/ops/jobs", params={"search": job["id"], "sort": "file_name"})
        assert f'href="/admin/ops/jobs?search={job["id"]}&amp;sort=-file_name"' in page.text
        assert "There is no such page." in browser.get("/admin/ops/jobs?page=99").text


def test_the_throughput_tells_what_ended(ops: httpx.Client) -> None:
    received = ops.get("/api/v1/ops/throughput", params={"period": "day"}).json()["slots"]
    assert sum(slot["ended"]["succeeded"] for slot in received) > 5
    assert sum(slot["ended"]["lost"] for slot in received) == 2
    assert ops.get("/api/v1/ops/throughput", params={"period": "year"}).status_code == 400


def boards(lines: Iterator[str], number: int) -> list[str]:
    """When the next boards of a stream were read."""
    found = (match[1] for line in lines for match in BOARD_AT.finditer(line))
    return [next(found) for _ in range(number)]


def test_the_board_is_read_once_however_many_look(root: Person) -> None:
    with (
        root.session() as one,
        root.session() as other,
        one.stream("GET", "/admin/ops/events") as first,
        other.stream("GET", "/admin/ops/events") as second,
    ):
        lines, more = first.iter_lines(), second.iter_lines()
        seen = boards(more, 2)
        same = boards(lines, 1)
        while same[-1] < seen[0]:
            same += boards(lines, 1)
        assert [*same[-1:], *boards(lines, 1)] == seen


def test_the_live_board_ends_with_the_session_of_its_reader(root: Person) -> None:
    with root.session() as browser, browser.stream("GET", "/admin/ops/events") as stream:
        lines = stream.iter_lines()
        boards(lines, 1)
        with httpx.Client(
            base_url=root.server.url, cookies=dict(browser.cookies), timeout=60
        ) as same:
            send(same, "/logout")
        began = time.monotonic()
        assert "event: ended" in list(lines)
        assert time.monotonic() - began < 30
    why = "An event stream ended: the user lost access, because the session was logged out"
    wait_until(lambda: why in root.server.log.read_text())


# The last test: it kills a worker, which stays listed as silent, and leaves jobs of its own.
def test_a_paused_queue_says_so_everywhere_and_outlives_its_workers(
    ada: httpx.Client, ops: httpx.Client, root: Person, server: Sialoscope
) -> None:
    assert ada.post("/api/v1/queue/pause").status_code == httpx.codes.FORBIDDEN
    with root.session() as browser, root.program("read", "submit") as own_program:
        send(browser, "/admin/ops/queue/pause")
        waiting = submit(ada, SMALL, "waits.csv")
        before = set(server.pids("worker"))
        os.kill(min(before), signal.SIGKILL)
        wait_until(lambda: bool(set(server.pids("worker")) - before))
        wait_until(lambda: len(alive(ops)) == WORKERS)
        seen = ada.get(f"/api/v1/jobs/{waiting}").json()
        assert (seen["status"], seen["queue_paused"]) == ("queued", True)
        assert seen["message"].startswith("root@lab.example paused the queue on 20")
        assert ada.get("/api/v1/queue").json()["pause"]["by"] == "root@lab.example"
        own = submit(own_program, SMALL, "own.csv")
        for path in (f"/jobs/{own}", "/jobs", "/admin/ops"):
            assert "root@lab.example paused the queue on " in browser.get(path).text
        assert "in line, paused" in browser.get(f"/jobs/{own}").text
        assert ops.post("/api/v1/queue/resume").json() == {"paused": False, "pause": None}
        for client, job_id in ((ada, waiting), (own_program, own)):
            assert finished(client, job_id)["status"] == "succeeded"
