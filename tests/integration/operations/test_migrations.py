"""Every schema that ever was comes forward with its rows, on both databases."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.postgres import PostgresEngine

from app.commands.doctor.checks import schema
from app.commands.doctor.finding import Installation
from app.db import piccolo_conf
from app.db.jobs import conditions
from app.db.jobs.changes import bulk_actions
from app.db.jobs.tables import Job
from app.db.migrate import MigrationError, known_migrations, migrate, standing
from app.db.notifications import email_outbox, webhook_outbox
from app.db.piccolo_app import APP_CONFIG
from app.settings import Settings

VERSIONS = known_migrations()
# Two of the migrations that the first one replaced.
REPLACED = ("2026-11-24T00:36:42:446378", "2026-11-26T18:40:00:000000")
BOOKKEEPING = ("migration", "sqlite_sequence")
# Tables of one row, whose id the schema names.
OF_ONE_ROW = ("keep_rule", "account_policy", "queue_pause", "alert_policy")
# Columns that take certain words alone.
WORDS = {"state": "succeeded", "role": "admin", "purpose": "reset", "may": "edit"}
WORDS |= {"second_factor": "admins"}
COLUMNS = {
    "sqlite": """
        SELECT m.name AS "table", c.name AS "column", lower(c.type) AS "type"
        FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'""",
    "postgresql": """
        SELECT table_name AS "table", column_name AS "column", data_type AS "type"
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_identity = 'NO'""",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.usefixtures("empty_database")
def test_the_rows_of_a_version_come_forward(version: str) -> None:
    asyncio.run(_comes_forward(version))


@pytest.mark.usefixtures("empty_database")
def test_a_database_that_ran_all_replaced_migrations_is_used_as_it_is() -> None:
    async def use() -> None:
        await migrate()
        await _note_as_run(*REPLACED)
        await migrate()
        assert await standing() == (VERSIONS[-1], [], [], False)

    asyncio.run(use())


@pytest.mark.usefixtures("empty_database")
def test_a_database_that_ran_some_replaced_migrations_is_refused_with_advice() -> None:
    async def refuse() -> None:
        await migrate()
        await Migration.delete(force=True)
        await _note_as_run(*REPLACED)
        with pytest.raises(MigrationError, match=r"before 0.1.0.*Point DATABASE_URL"):
            await migrate()
        elsewhere = Settings.from_environment({"DATABASE_URL": "postgresql://u@h/d"})
        here = Installation(settings=elsewhere, environment={})
        (finding,) = [each async for each in schema.check(here)]
        assert finding.name == "schema-unfinished"

    asyncio.run(refuse())


@pytest.mark.usefixtures("empty_database")
def test_a_database_of_a_newer_version_is_distinguished_from_an_older_one() -> None:
    async def tell() -> None:
        await migrate()
        await _note_as_run(*REPLACED, "2099-01-01T00:00:00:000000")
        assert (await standing()).unknown == ["2099-01-01T00:00:00:000000"]

    asyncio.run(tell())


@pytest.mark.usefixtures("empty_database")
def test_this_version_claims_rows_on_the_schema_of_a_newer_one() -> None:
    async def claim() -> None:
        await migrate()
        for lease in (
            bulk_actions.LEASE,
            conditions.LEASE,
            email_outbox.LEASE,
            webhook_outbox.LEASE,
        ):
            name = lease.table._meta.tablename
            await Job.raw(f'ALTER TABLE "{name}" ADD COLUMN newer TEXT')
            await _fill(name, (await _columns())[name])
            claiming = f'UPDATE "{name}" SET newer = {{{{}}}} RETURNING *'  # noqa: S608
            claimed = await lease.claim(claiming, "more")
            assert claimed is not None, name

    asyncio.run(claim())


async def _note_as_run(*versions: str) -> None:
    rows = [Migration(name=version, app_name=APP_CONFIG.app_name) for version in versions]
    await Migration.insert(*rows)


async def _comes_forward(version: str) -> None:
    await migrate(version)
    columns = await _columns()
    for table in columns:
        await _fill(table, columns[table])
    before = {table: await _rows(table, list(columns[table])) for table in columns}
    assert all(len(rows) >= 1 for rows in before.values())
    await migrate()
    standing_now = await standing()
    assert (standing_now.to_come, standing_now.unknown) == ([], [])
    for table, rows in before.items():
        found = await _rows(table, list(columns[table]))
        assert all(row in found for row in rows), f"{table} has lost or changed a row"


def _database() -> str:
    return "postgresql" if isinstance(piccolo_conf.DB, PostgresEngine) else "sqlite"


async def _columns() -> dict[str, dict[str, str]]:
    """The types of the columns of each table that there is, jobs first for they write a trail."""
    tables: dict[str, dict[str, str]] = {}
    for each in await Job.raw(COLUMNS[_database()]):
        if each["table"] not in BOOKKEEPING:
            tables.setdefault(each["table"], {})[each["column"]] = each["type"]
    return dict(sorted(tables.items(), key=lambda named: named[0] != "job"))


async def _fill(table: str, columns: dict[str, str]) -> None:
    """Insert a row that has something in every column."""
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("{}" for _ in columns)
    values = [_something(name, kind) for name, kind in columns.items()]
    if table in OF_ONE_ROW:
        values[list(columns).index("id")] = 1
    await Job.raw(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *values)  # noqa: S608


def _something(name: str, kind: str) -> Any:  # noqa: ANN401 - whatever the column takes
    if "json" in kind:
        return json.dumps({"rt_tolerance": 0.2})
    if "timestamp" in kind:
        moment = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
        return moment if _database() == "postgresql" else str(moment)
    if "bool" in kind:
        return False
    if "double" in kind:
        return 0.25
    if "int" in kind:
        return 7
    return WORDS.get(name, f"ö {name}"[:8])


async def _rows(table: str, columns: list[str]) -> list[dict[str, Any]]:
    names = ", ".join(f'"{name}"' for name in columns)
    rows = await Job.raw(f'SELECT {names} FROM "{table}"')  # noqa: S608 - of this file
    return sorted(rows, key=str)
