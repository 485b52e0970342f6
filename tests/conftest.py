"""Shared by all tests: the real peaks, the project's folder, and PostgreSQL servers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import PostgreSQL, running_postgresql, servers_on
from tests.tiers import is_early, is_of_system

ROOT = Path(__file__).parent.parent
# The duration of an example depends more on the machine than on the code.
settings.register_profile("sialoscope", deadline=None)
settings.load_profile("sialoscope")
PORCINE_BRAIN = ROOT.parent / "shared" / "data" / "porcine_brain_peaks.csv"


@pytest.fixture(scope="session")
def porcine_brain() -> Path:
    """The table of 323 real peaks; CI must have it."""
    if not PORCINE_BRAIN.exists():
        reason = f"The real peaks are not at {PORCINE_BRAIN}."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return PORCINE_BRAIN


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the database of the servers that tests start; with postgresql only tests with such "
        "a server run, since all others choose their databases themselves",
    )


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if is_of_system(item):
            item.add_marker("system")
    items.sort(key=is_early, reverse=True)  # stable: the others keep their order
    if config.getoption("--database") == "postgresql":
        others = [item for item in items if not _has_server(item)]
        items[:] = [item for item in items if _has_server(item)]
        config.hook.pytest_deselected(items=others)


def _has_server(item: pytest.Item) -> bool:
    """Whether a test starts a Sialoscope, or uses one that a fixture starts.

    A test of the stores has none: it runs on both databases whatever is chosen here.
    """
    assert isinstance(item, pytest.Function)
    fixtures = set(item.fixturenames)
    if {"database", "empty_database"} & fixtures:
        return False
    has_one = bool({"server", "shared_server"} & fixtures)
    return has_one or hasattr(item.module, "running_sialoscope")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The one PostgreSQL server of a session; each test makes a database on it."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgreSQL) -> str:
    return postgresql.url


@pytest.fixture(scope="session", autouse=True)
def _database_of_servers(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.config.getoption("--database") == "sqlite":
        yield
        return
    with servers_on(request.getfixturevalue("postgresql")):
        yield
