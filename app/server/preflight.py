"""Whether what the settings name can be used: told in a sentence before anything starts."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.notifications.email.smtp import MailServer
from app.observability import tracing
from app.runtime.disk_full import is_disk_full
from app.runtime.redis_connection import connect
from app.settings import CannotStartError, Settings
from app.storage import StorageAwayError, StorageError, create_storage

# Longer than any server that runs takes to answer.
ANSWER_TIMEOUT_S = 5

NO_ADDRESS = (
    "it is not of this form: what is no letter or digit in user and password is written as in an "
    "address, such as %40 for @"
)
ANY_ERROR = (
    *DATABASE_FAULTS,
    *(ValueError, RedisError, sqlite3.Error),
    *(StorageError, StorageAwayError),
)


async def require_parts(settings: Settings) -> None:
    """Make sure that folders, database and broker can be used.

    Raises:
        CannotStartError: one cannot; the text says which and what to do.
    """
    tracing.require(settings)
    require_folders(settings)
    require_mail(settings)
    await require_database(settings)
    await require_broker(settings)


def require_folders(settings: Settings) -> None:
    """Make the folder for data, and see that uploads and results have their place."""
    with _told("The data folder", "Set SIALOSCOPE_DATA to a folder that can be written."):
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    advice = "Set it to file:///a/folder that can be written."
    if settings.storage_url.startswith("s3:"):
        advice = "Correct it, or the AWS variables, or start the service of its endpoint."
    with _told("The storage of STORAGE_URL", advice):
        create_storage(settings).check()


def require_mail(settings: Settings) -> None:
    """Make sure that letters have a server and a sender, where mail is set up."""
    MailServer.of(settings)


async def require_database(settings: Settings) -> None:
    """Open the database once."""
    url = settings.database_url
    advice = "Start it, or correct DATABASE_URL, or unset it to use SQLite in the data folder."
    with _told("The database of DATABASE_URL", advice):
        if url.startswith("sqlite:///"):
            _open_sqlite(Path(url.removeprefix("sqlite:///")))
        else:
            connection = await asyncpg.connect(url, timeout=ANSWER_TIMEOUT_S)
            await connection.close()


async def require_broker(settings: Settings) -> None:
    """Ask the broker for an answer once."""
    advice = "Start it, or correct REDIS_URL; 'sialoscope up' without REDIS_URL brings its own."
    with _told("The broker of REDIS_URL", advice):
        patience = Retry(NoBackoff(), 0)
        async with connect(
            settings.redis_url,
            socket_connect_timeout=ANSWER_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=patience,
        ) as redis:
            await redis.ping()


def _open_sqlite(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=ANSWER_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA schema_version")


@contextmanager
def _told(what: str, advice: str) -> Iterator[None]:
    try:
        yield
    except ValueError:  # what it quotes may be a part of a password
        raise CannotStartError(f"{what} cannot be used ({NO_ADDRESS}). {advice}") from None
    except ANY_ERROR as error:
        if is_disk_full(error):
            advice = "Make room on its disk, which is most likely full."
        said = str(error).splitlines() or [f"no answer within {ANSWER_TIMEOUT_S} s"]
        raise CannotStartError(f"{what} cannot be used ({said[0]}). {advice}") from None
