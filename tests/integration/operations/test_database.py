"""Connections that stay open, and what becomes of them when the database is disturbed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.db import piccolo_conf
from app.db.accounts.tables import Email
from app.db.engine import postgresql
from app.db.engine.connect import DATABASE_AWAY, DATABASE_FAULTS, create_engine, kept_open
from app.db.engine.transaction import transaction
from app.db.jobs.lists.search import JobFilter, count_jobs
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import add_email
from app.runtime.end_tasks import end_tasks
from tests.integration.databases import back_up, restore
from tests.servers import free_port
from tests.stored_jobs import a_job

ROOM_PAGES = 2
SLEEPERS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


async def many_emails() -> None:
    for _ in range(1000):
        await add_email("ada@lab.example", "Hello", "text" * 1000, "page")


def test_a_full_database_refuses_a_row_and_takes_the_next_once_there_is_room(
    sqlite_file: Path,
) -> None:
    async def work() -> None:
        async with kept_open():
            with closing(sqlite3.connect(sqlite_file)) as database:
                (pages,) = database.execute("PRAGMA page_count").fetchone()
            await Job.raw(f"PRAGMA max_page_count = {pages + ROOM_PAGES}")
            with pytest.raises(sqlite3.OperationalError, match="full"):
                await many_emails()
            taken = await Email.count()
            await Job.raw(f"PRAGMA max_page_count = {1000 * pages}")
            await add_email("ada@lab.example", "Hello", "text", "page")
            assert await Email.count() == taken + 1

    asyncio.run(work())


def test_a_database_that_was_put_in_place_of_another_is_used_at_once(sqlite_file: Path) -> None:
    async def work() -> None:
        jobs = JobStore()
        async with kept_open():
            copy = back_up(sqlite_file)
            await a_job(jobs)
            restore(sqlite_file, copy)
            assert await count_jobs(JobFilter(), owner="ada") == 0
            job = await a_job(jobs)
            assert (await jobs.get(job.id)).id == job.id

    asyncio.run(work())


def test_connections_that_postgresql_ended_are_replaced(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            before = await backend()
            assert await backend() == before
            other = await asyncpg.connect(postgresql_url)
            await other.execute("SELECT pg_terminate_backend($1)", before)
            await other.close()
            assert await backend_once_noticed() != before

    asyncio.run(work())


@pytest.mark.filterwarnings("ignore:.*Unable to fetch server version")  # Piccolo's
@pytest.mark.parametrize("host", ["127.0.0.1", "there-is-no-such-host.invalid"])
def test_a_server_that_cannot_be_reached_is_away_whatever_the_reason(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://someone@{host}:{free_port()}/jobs"

    async def work() -> None:
        with pytest.raises(DATABASE_AWAY):
            async with kept_open_on(url, monkeypatch):
                pass
        with pytest.raises(DATABASE_AWAY):
            await backend()

    asyncio.run(work())


def test_a_query_that_waits_in_vain_for_a_connection_is_reported(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            under_way = [
                asyncio.create_task(sleep_s(600)) for _ in range(postgresql.MOST_CONNECTIONS)
            ]
            other = await asyncpg.connect(postgresql_url)
            while await other.fetchval(SLEEPERS) < postgresql.MOST_CONNECTIONS:
                pass
            await other.close()
            monkeypatch.setattr(postgresql, "CONNECT_TIMEOUT_S", 0.2)
            with pytest.raises(DATABASE_AWAY):
                await backend()
            await end_tasks(*under_way)

    asyncio.run(work())


def test_a_statement_that_is_broken_off_leaves_its_connection_to_the_next(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "BREAK_OFF_S", 60)

    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            before = await backend()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await sleep_s(600)
            assert await backend() == before

    asyncio.run(work())


def test_transactions_that_lose_their_connection_give_it_back(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            other = await asyncpg.connect(postgresql_url)
            for _ in range(2 * postgresql.MOST_CONNECTIONS):
                with pytest.raises(DATABASE_AWAY):
                    await query_once_ended_by(other)
            await other.close()
            async with transaction():
                assert await backend()

    asyncio.run(work())


def test_an_error_of_a_transaction_whose_connection_is_lost_stays_the_error(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            with pytest.raises(LookupError):
                await fail_once_the_connection_is_lost()

    asyncio.run(work())


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        RuntimeError("unable to perform operation on <TCPTransport>; the handler is closed"),
    ],
)
def test_a_transaction_that_cannot_begin_says_that_the_database_is_away(
    error: Exception, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise error

    async def work() -> None:
        async with kept_open_on(postgresql_url, monkeypatch):
            monkeypatch.setattr(asyncpg.transaction.Transaction, "start", fail)
            for _ in range(2 * postgresql.MOST_CONNECTIONS):
                with pytest.raises(postgresql.DatabaseAwayError):
                    async with transaction():
                        pytest.fail("It has begun.")
            assert await backend()

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_a_task_goes_on_after_sqlite_has_rolled_back_by_itself() -> None:
    async def work() -> None:
        async with kept_open():
            with pytest.raises(LookupError):
                await fail_after_a_rollback()
            await add_email("ada@lab.example", "Hello", "text", "page")
            assert await Email.count() == 1

    asyncio.run(work())


@asynccontextmanager
async def kept_open_on(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Connections to another database than that of the settings."""
    engine = create_engine(url)
    monkeypatch.setattr(piccolo_conf, "DB", engine)
    monkeypatch.setattr(Job._meta, "_db", engine)
    async with kept_open():
        yield


async def sleep_s(seconds: float) -> None:
    await Job.raw("SELECT pg_sleep({})", seconds)


async def fail_after_a_rollback() -> None:
    """Fail in a transaction that is over, as after an error of SQLite's disk."""
    async with transaction():
        await Job.raw("ROLLBACK")
        raise LookupError


async def query_once_ended_by(other: asyncpg.Connection) -> None:
    """Query in a transaction whose connection the server has ended."""
    async with transaction():
        await other.execute("SELECT pg_terminate_backend($1)", await backend())
        await backend_once_noticed()


async def fail_once_the_connection_is_lost() -> None:
    async with transaction():
        engine: Any = Job._meta.db
        engine.current_transaction.get().connection.terminate()
        raise LookupError


async def backend() -> int:
    """The process of the server that answers."""
    return int((await Job.raw("SELECT pg_backend_pid() AS pid"))[0]["pid"])


async def backend_once_noticed() -> int:
    """A query that meets the end of its connection fails; the next has another."""
    try:
        return await backend()
    except DATABASE_FAULTS:
        return await backend()
