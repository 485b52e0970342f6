"""Fixtures with real parts: a whole Sialoscope, a broker, and both databases."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.db.engine.connect import create_engine
from app.db.engine.sqlite import KeptSQLiteEngine
from app.db.jobs.tables import Audit
from app.db.migrate import migrate
from app.db.piccolo_app import APP_CONFIG
from app.db.security.tables import SecurityEvent
from tests.mailbox import Mailbox, running_mailbox
from tests.people import Person, add_person
from tests.servers import TOKEN, Sialoscope, running_broker, running_sialoscope


@pytest.fixture(scope="session")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_UPLOAD_LIMIT_MB": "40"}) as running:
        yield running


@pytest.fixture
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def pages(server: Sialoscope) -> Iterator[httpx.Client]:
    """Logged in as a browser is: by a session, whose forms carry a token."""
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as client:
        client.get("/login", params={"token": TOKEN})
        yield client


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


@pytest.fixture(scope="session")
def shared_server(mailbox: Mailbox) -> Iterator[Sialoscope]:
    """One that many share: with accounts, and mail."""
    settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_SMTP_URL": mailbox.url}
    with running_sialoscope(settings | {"SIALOSCOPE_MAIL_FROM": "no-reply@lab.example"}) as running:
        yield running


@pytest.fixture(scope="session")
def admin(shared_server: Sialoscope) -> Person:
    return add_person(shared_server, "root@lab.example", "--admin")


@pytest.fixture(scope="session")
def ada(shared_server: Sialoscope) -> Person:
    return add_person(shared_server, "ada@lab.example")


@pytest.fixture(scope="session")
def bob(shared_server: Sialoscope) -> Person:
    return add_person(shared_server, "bob@lab.example")


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    with running_broker() as broker:
        yield broker.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """An empty, migrated database of either kind."""
    url = f"sqlite:///{tmp_path}/jobs.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with _in_use(url, monkeypatch):
        yield


@pytest.fixture
def sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of an empty, migrated database that is in use."""
    with _in_use(f"sqlite:///{tmp_path}/jobs.db", monkeypatch):
        yield tmp_path / "jobs.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A database of either kind without any table."""
    url = f"sqlite:///{tmp_path}/jobs.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()["DATABASE_URL"]
    with _reached(url, monkeypatch):
        yield


@contextmanager
def _in_use(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with _reached(url, monkeypatch):
        asyncio.run(migrate())
        asyncio.run(_empty())
        yield


@contextmanager
def _reached(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    engine = create_engine(url)
    monkeypatch.setattr("app.db.piccolo_conf.DB", engine)
    for table in APP_CONFIG.table_classes:
        monkeypatch.setattr(table._meta, "_db", engine)
    _forget_migration_engine()
    yield
    _forget_migration_engine()
    if isinstance(engine, KeptSQLiteEngine):
        engine.close()


async def _empty() -> None:
    for table in APP_CONFIG.table_classes:
        if table not in (Audit, SecurityEvent):  # they only grow
            await table.delete(force=True)


def _forget_migration_engine() -> None:
    from piccolo.apps.migrations.tables import Migration

    Migration._meta._db = None
