"""Transactions on SQLite, whose connections stay open."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.db.accounts.tables import Email
from app.db.engine.connect import kept_open
from app.db.engine.sqlite import MOST_KEPT
from app.db.engine.transaction import transaction
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import add_email
from app.runtime.end_tasks import end_tasks
from tests.integration.databases import back_up, restore

pytestmark = pytest.mark.usefixtures("sqlite_file")


async def an_email() -> None:
    await add_email("ada@lab.example", "Hello", "text", "page")


def test_a_transaction_uses_the_connection_of_the_one_before() -> None:
    async def work() -> None:
        async with kept_open():
            async with transaction():
                await Job.raw("CREATE TEMP TABLE of_this_connection (x)")
            async with transaction():
                assert await Job.raw("SELECT * FROM of_this_connection") == []

    asyncio.run(work())


def test_more_transactions_than_are_kept_at_once_all_commit() -> None:
    async def one() -> None:
        async with transaction():
            await an_email()

    async def work() -> None:
        async with kept_open():
            number = 4 * MOST_KEPT
            await asyncio.gather(*(one() for _ in range(number)))
            assert await Email.count() == number

    asyncio.run(work())


def test_a_transaction_that_fails_or_is_broken_off_leaves_nothing_to_the_next() -> None:
    async def fails() -> None:
        async with transaction():
            await an_email()
            raise ValueError("broken")

    async def work() -> None:
        began = asyncio.Event()

        async def waits() -> None:
            async with transaction():
                await an_email()
                began.set()
                await asyncio.Event().wait()

        async with kept_open():
            with pytest.raises(ValueError, match="broken"):
                await fails()
            waiting = asyncio.create_task(waits())
            await began.wait()
            await end_tasks(waiting)
            async with transaction():
                await an_email()
            assert await Email.count() == 1

    asyncio.run(work())


def test_a_transaction_that_is_broken_off_while_it_waits_for_its_turn_holds_up_no_other(
    sqlite_file: Path,
) -> None:
    async def one() -> None:
        async with transaction():
            await an_email()

    async def work() -> None:
        async with kept_open():
            with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                waiting = asyncio.create_task(one())
                await asyncio.sleep(0)
                ending = asyncio.create_task(end_tasks(waiting))
                await asyncio.sleep(0)
                other.execute("COMMIT")
            await ending
            await one()
            assert await Email.count() == 1

    asyncio.run(work())


def test_a_transaction_uses_a_database_that_was_put_in_place_of_another(sqlite_file: Path) -> None:
    async def work() -> None:
        async with kept_open():
            copy = back_up(sqlite_file)
            async with transaction():
                await an_email()
            restore(sqlite_file, copy)
            async with transaction():
                assert await Email.count() == 0
                await an_email()
            assert await Email.count() == 1

    asyncio.run(work())
