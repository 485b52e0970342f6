"""Connections that stay open, and what becomes of them when the database is disturbed."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from app.db import piccolo_conf
from app.db.engine import DATABASE_FAULTS, create_engine, kept_open
from app.db.job_list import JobFilter, count_jobs
from app.db.jobs import JobStore
from app.db.tables import Job
from tests.integration.stored_jobs import a_job

ROOM_PAGES = 2


async def many_jobs(jobs: JobStore) -> None:
    for _ in range(1000):
        await a_job(jobs)


def test_a_full_database_refuses_a_job_and_takes_the_next_once_there_is_room(
    sqlite_file: Path,
) -> None:
    async def work() -> None:
        jobs = JobStore()
        async with kept_open():
            with closing(sqlite3.connect(sqlite_file)) as database:
                (pages,) = database.execute("PRAGMA page_count").fetchone()
            await Job.raw(f"PRAGMA max_page_count = {pages + ROOM_PAGES}")
            with pytest.raises(sqlite3.OperationalError, match="full"):
                await many_jobs(jobs)
            taken = await count_jobs(JobFilter(), owner="ada")
            await Job.raw(f"PRAGMA max_page_count = {1000 * pages}")
            await a_job(jobs)
            assert await count_jobs(JobFilter(), owner="ada") == taken + 1

    asyncio.run(work())


def test_a_database_that_was_put_in_place_of_another_is_used_at_once(sqlite_file: Path) -> None:
    async def work() -> None:
        jobs = JobStore()
        async with kept_open():
            restored = sqlite_file.with_name("restored.db")
            with (
                closing(sqlite3.connect(sqlite_file)) as now,
                closing(sqlite3.connect(restored)) as then,
            ):
                now.backup(then)
            await a_job(jobs)
            for log in sqlite_file.parent.glob("jobs.db-*"):  # a log belongs to its own file
                log.unlink()
            restored.replace(sqlite_file)
            assert await count_jobs(JobFilter(), owner="ada") == 0
            job = await a_job(jobs)
            assert (await jobs.get(job.id)).id == job.id

    asyncio.run(work())


def test_connections_that_postgresql_ended_are_replaced(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        engine = create_engine(postgresql_url)
        monkeypatch.setattr(piccolo_conf, "DB", engine)
        monkeypatch.setattr(Job._meta, "_db", engine)
        async with kept_open():
            before = await backend()
            assert await backend() == before
            other = await asyncpg.connect(postgresql_url)
            await other.execute("SELECT pg_terminate_backend($1)", before)
            await other.close()
            assert await backend_once_noticed() != before

    asyncio.run(work())


async def backend() -> int:
    """The process of the server that answers."""
    return int((await Job.raw("SELECT pg_backend_pid() AS pid"))[0]["pid"])


async def backend_once_noticed() -> int:
    """A query that meets the end of its connection fails; the next has another."""
    try:
        return await backend()
    except DATABASE_FAULTS:
        return await backend()
