"""A full disk is called a full disk: by files, databases and Redis, to users and operators."""

import asyncio
import errno
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from asyncpg.exceptions import DiskFullError
from litestar import Litestar, get
from litestar.testing import TestClient
from redis import Redis
from redis.exceptions import ResponseError

from app.db.engine.sqlite import KeptSQLiteEngine
from app.runtime.disk_full import is_disk_full
from app.web.http.faults.error_answers import handle_error
from tests.integration.api import SMALL, submit
from tests.servers import Sialoscope, Valkey, running_sialoscope, wait_until

FULL = "disk"
MISCONF = "MISCONF Errors writing to the AOF file: No space left on device"


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("redis"), ("save 3600 1", "dbfilename dump.rdb"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def server(valkey: Valkey) -> Iterator[Sialoscope]:
    with running_sialoscope({"REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0"}) as running:
        yield running


@contextmanager
def no_room_for_redis(valkey: Valkey) -> Iterator[None]:
    """Let it refuse to write what it cannot keep, as with a full disk."""
    in_the_way = valkey.folder / "dump.rdb"
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    with Redis(port=valkey.port) as redis:
        redis.bgsave()
        wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "err")
        try:
            yield
        finally:
            in_the_way.rmdir()
            redis.bgsave()
            wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "ok")


def test_each_kind_of_full_disk_is_distinguished_from_other_faults(tmp_path: Path) -> None:
    full_database = None
    connection = sqlite3.connect(tmp_path / "small.db")
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("CREATE TABLE t (x)")
    try:
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    except sqlite3.OperationalError as error:
        full_database = error
    assert full_database
    full = (OSError(errno.ENOSPC, ""), OSError(errno.EDQUOT, ""), full_database, DiskFullError())
    assert all(map(is_disk_full, (*full, ResponseError(MISCONF))))
    others = (OSError(errno.EACCES, ""), sqlite3.OperationalError("database is locked"))
    assert not any(map(is_disk_full, (*others, ResponseError("READONLY"), ValueError())))


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, ""), DiskFullError("could not extend file"), ResponseError(MISCONF)],
    ids=["storage", "PostgreSQL", "Redis"],
)
def test_a_request_that_meets_a_full_disk_is_answered_so(error: Exception) -> None:
    @get("/api/x")
    async def handler() -> None:
        raise error

    app = Litestar([handler], exception_handlers={Exception: handle_error}, logging_config=None)
    with TestClient(app) as client:
        answer = client.get("/api/x")
    assert answer.status_code == httpx.codes.INSUFFICIENT_STORAGE
    assert FULL in answer.json()["detail"]
    assert "full" in answer.json()["detail"]


def test_a_database_without_room_is_reported_as_a_full_disk(tmp_path: Path) -> None:
    async def work() -> None:
        engine = KeptSQLiteEngine(str(tmp_path / "full.db"))
        await engine._run_in_new_connection("PRAGMA max_page_count = 2")
        await engine._run_in_new_connection("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError) as raised:
            await engine._run_in_new_connection("INSERT INTO t VALUES (zeroblob(100000))")
        assert is_disk_full(raised.value)
        engine.close()

    asyncio.run(work())


def test_a_redis_whose_disk_is_full_is_reported_and_loses_no_job(
    client: httpx.Client, server: Sialoscope, valkey: Valkey
) -> None:
    with no_room_for_redis(valkey):
        ready = client.get("/health/ready")
        assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert ready.json()["parts"]["redis"] == "has a full disk"
        login = httpx.get(f"{server.url}/login", timeout=60)
        assert login.status_code != httpx.codes.INTERNAL_SERVER_ERROR
        found = server.command("doctor", "--json").stdout
        assert "redis-disk-full" in found
        job_id = submit(client, SMALL)
    assert ended(client, job_id)["status"] == "succeeded"
    wait_until(lambda: client.get("/health/ready").is_success)


def test_a_job_whose_result_has_no_room_says_so_and_is_tried_again(
    client: httpx.Client, server: Sialoscope
) -> None:
    ended(client, submit(client, SMALL))  # so that there is a process for the next
    with no_file_may_grow(server.analyses()):
        job_id = submit(client, SMALL)
        wait_until(lambda: "disk of the server is full" in seen(client, job_id)["message"])
    assert ended(client, job_id)["status"] == "succeeded"


@contextmanager
def no_file_may_grow(pids: list[int]) -> Iterator[None]:
    """What a full disk looks like to processes where nothing may be mounted."""
    assert pids
    _limit(pids, 0)
    try:
        yield
    finally:
        _limit(pids, resource.RLIM_INFINITY)


def _limit(pids: list[int], size_bytes: int) -> None:
    for pid in pids:
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, most))


def seen(client: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").json()
    return found


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    wait_until(lambda: seen(client, job_id)["finished_at"] is not None)
    return seen(client, job_id)
