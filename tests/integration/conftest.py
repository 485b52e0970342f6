"""Fixtures with real parts: a whole Sialoscope, a broker, and both databases."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.databases import (
    connected,
    copy_sqlite,
    delete_all_rows,
    prepare,
    sqlite_at,
)
from tests.mailbox import Mailbox, running_mailbox
from tests.people import Person, add_person
from tests.servers import TOKEN, PostgreSQL, Sialoscope, running_broker, running_sialoscope

# Its pages may read streams of the shared server.
LISTED_ORIGIN = "https://dashboard.lab.example"


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
    settings |= {"SIALOSCOPE_STREAM_ORIGINS": LISTED_ORIGIN}
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


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated, empty database, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "jobs.db"
    prepare(sqlite_at(path))
    return path


@pytest.fixture(scope="session")
def prepared_postgresql(postgresql: PostgreSQL) -> str:
    """The URL of a migrated database that the tests of a session empty in turn."""
    url = postgresql.new_database()["DATABASE_URL"]
    prepare(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[None]:
    """An empty, migrated database of either kind."""
    if request.param == "sqlite":
        request.getfixturevalue("sqlite_file")
        yield
        return
    with connected(request.getfixturevalue("prepared_postgresql")):
        asyncio.run(delete_all_rows())
        yield


@pytest.fixture
def sqlite_file(prepared_sqlite: Path, tmp_path: Path) -> Iterator[Path]:
    """The file of an empty, migrated database that is in use."""
    path = tmp_path / "jobs.db"
    copy_sqlite(prepared_sqlite, path)
    with connected(sqlite_at(path)):
        yield path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A database of either kind without any table."""
    url = sqlite_at(tmp_path / "jobs.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()["DATABASE_URL"]
    with connected(url):
        yield
