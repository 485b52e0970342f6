"""The log of each attempt is kept with its job, also after Redis has lost everything."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sialoscope_client import Sialoscope as Client
from sialoscope_client import SialoscopeError

from app.analysis.rules import RULES
from app.contract.attempt_log import decode_lines
from app.contract.events import RuleDone, logged
from app.contract.tasks import JobState
from app.db.jobs.store import JobStore
from app.progress.publisher import Fence, Publisher
from app.storage import Folder
from app.storage.attempt_logs import log_key, read_log
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until
from tests.stored_jobs import a_job, next_held
from workers.attempts.log import FIRST_LINES, LAST_LINES, AttemptLog
from workers.attempts.lost_logs import LostLogs


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """A server of this module's own, for its analyses are killed and its Redis is wiped."""
    with running_sialoscope() as running:
        yield running


def logs_of(server: Sialoscope, job_id: str) -> list[Path]:
    return sorted((server.data / "storage" / "logs" / job_id).glob("*"))


def wipe_redis(server: Sialoscope) -> None:
    with Redis(unix_socket_path=str(server.data / "broker.sock")) as redis:
        redis.flushall()


def test_both_attempts_of_a_job_can_be_read_after_redis_was_wiped(
    server: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    with held_job(server, client) as job_id:
        for pid in server.analyses():
            os.kill(pid, signal.SIGKILL)
        path = f"/api/v1/jobs/{job_id}/attempts"
        wait_until(lambda: client.get(path).json()["attempts"][0]["outcome"] == "retried")
    assert finished(client, job_id)["status"] == JobState.SUCCEEDED
    wait_until(lambda: len(client.get("/api/v1/ops/steps").json()["steps"]) == len(RULES) + 4)
    times = client.get("/api/v1/ops/steps").json()["steps"]
    assert [each["step"] for each in times[:3]] == ["reading", "preparing", "rule 1"]
    assert all(sum(one["runs"] for one in each["buckets"]) == each["runs"] for each in times)
    assert "Nine of ten within" in pages.get("/admin/ops").text
    wipe_redis(server)
    with Client(server.url, TOKEN) as api:
        attempts = api.attempts(job_id)
        assert [(each.outcome, each.has_log) for each in attempts] == [
            ("retried", True),
            ("succeeded", True),
        ]
        first, second = (api.attempt_log(job_id, each.attempt) for each in attempts)
        with pytest.raises(SialoscopeError, match="no attempt 3"):
            api.attempt_log(job_id, 3)
    assert first[-1]["text"].startswith("The attempt ended: retried. The analysis process")
    assert [line["type"] for line in second].count("end") == 1
    assert second[0]["text"] == "Reading the peak table."
    rules = [line["rule"] for line in second if line["type"] == "rule"]
    assert rules == list(dict.fromkeys(rules))
    assert {1, 2, 3} <= set(rules)
    assert all(line["time"] and line["level"] for line in second)
    with Client(server.url, TOKEN) as api:
        steps = api.attempt_profile(job_id, 2)
    names = [each.step for each in steps]
    assert names[:2] == ["reading", "preparing"]
    assert names[-2:] == ["reporting", "saving"]
    assert set(names[2:-2]) == {f"rule {rule.number}" for rule in RULES}
    assert all(each.seconds > 0 and each.memory_bytes > 10_000_000 for each in steps)
    answer = client.get(f"{path}/2/log")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    pages.get("/login", params={"token": TOKEN})  # logins were in Redis
    shown = pages.get(f"/jobs/{job_id}").text
    assert shown.index("Attempt 2: succeeded") < shown.index("Attempt 1: retried")
    assert "Rule 1, " in shown
    assert f"{path}/1/log" in shown
    assert "Time and memory of each step" in shown


def test_a_cancelled_attempt_has_a_log_and_a_deleted_job_leaves_none(
    server: Sialoscope, client: httpx.Client
) -> None:
    with held_job(server, client) as job_id:
        so_far = client.get(f"/api/v1/jobs/{job_id}/attempts/1/log")
        assert so_far.is_success
        client.post(f"/api/v1/jobs/{job_id}/cancel")
        assert finished(client, job_id)["status"] == JobState.CANCELLED
    log = client.get(f"/api/v1/jobs/{job_id}/attempts/1/log").content
    assert decode_lines(log)[-1].text.startswith("The attempt ended: cancelled.")
    assert [path.name for path in logs_of(server, job_id)] == ["1.jsonl"]
    client.delete(f"/api/v1/jobs/{job_id}")
    assert not logs_of(server, job_id)


def test_a_refused_table_has_a_log_and_an_unknown_number_is_refused(
    server: Sialoscope, client: httpx.Client
) -> None:
    table = {"file": ("peaks.csv", SMALL.replace(b"RT", b"XX"))}
    job_id = client.post("/api/v1/jobs", files=table).json()["id"]
    assert finished(client, job_id)["status"] == JobState.FAILED
    log = decode_lines(client.get(f"/api/v1/jobs/{job_id}/attempts/1/log").content)
    assert (log[-1].level, log[-1].type) == ("error", "end")
    for wrong in ("2", "-1", "9" * 30):
        answer = client.get(f"/api/v1/jobs/{job_id}/attempts/{wrong}/log")
        assert answer.status_code == httpx.codes.NOT_FOUND
    assert logs_of(server, job_id)


@pytest.mark.usefixtures("sqlite_file")
def test_the_log_of_a_lost_attempt_is_saved_once_even_if_its_job_never_runs_again(
    tmp_path: Path, broker_url: str
) -> None:
    async def work() -> None:
        jobs, storage = JobStore(), Folder(tmp_path / "storage")
        await a_job(jobs)
        held = await next_held(jobs)
        async with AsyncRedis.from_url(broker_url) as redis:
            lines = (logged("info", "one"), RuleDone(number=1, title="T", counts={"true": 2}))
            fence = Fence(attempt=1, first=1)
            await Publisher(redis).publish(held.id, *lines, owner=held.owner, fence=fence)
            lost = LostLogs(redis, storage)
            assert await jobs.release_held_by(held.worker) == 1
            await jobs.cancel(held.id, owner=held.owner)
            await lost.save_new()
            saved = read_log(storage, held.id, 1)
            await Publisher(redis).publish(held.id, logged("info", "late"), owner=held.owner)
            await lost.save(held.id)
            assert read_log(storage, held.id, 1) == saved
        texts = [line.text for line in decode_lines(saved or b"")]
        assert texts == ["one", "Rule 1, T: 2 confirmed."]

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_what_a_worker_wrote_before_it_died_is_neither_lost_nor_doubled(
    tmp_path: Path, broker_url: str
) -> None:
    """It dies between the log and the end of the job: the end is in the database alone."""

    async def work() -> None:
        jobs, storage = JobStore(), Folder(tmp_path / "storage")
        await a_job(jobs)
        held = await next_held(jobs)
        log = AttemptLog(held)
        log.add(logged("info", "one"), logged("info", "two, which Redis never got"))
        await log.save(storage)
        async with AsyncRedis.from_url(broker_url) as redis:
            fence = Fence(attempt=1, first=1)
            line = logged("info", "one")
            await Publisher(redis).publish(held.id, line, owner=held.owner, fence=fence)
            await jobs.release_held_by(held.worker)
            again = await next_held(jobs)
            assert again.attempt == 2
            await LostLogs(redis, storage).save(again.id)
        content = read_log(storage, held.id, 1) or b""
        texts = [line.text for line in decode_lines(content)]
        assert texts == ["one", "two, which Redis never got"]
        assert not storage.path(log_key(held.id, 2)).exists()

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_a_log_that_is_too_long_says_how_many_lines_it_lacks() -> None:
    async def work() -> None:
        log = AttemptLog(await a_job(JobStore()))
        for number in range(FIRST_LINES + LAST_LINES + 5):
            log.add(logged("info", str(number)))
        lines = log.lines()
        assert lines[FIRST_LINES].text.startswith("5 lines are left out")
        assert [lines[0].text, lines[-1].text] == ["0", str(FIRST_LINES + LAST_LINES + 4)]

    asyncio.run(work())
