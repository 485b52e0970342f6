"""Check before the start that the database, the broker and the storage can be used."""

import socket
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
from app.server.data_lock import MAKE_ROOM, make_data_folder
from app.settings import CannotStartError, Settings
from app.storage import StorageAwayError, StorageError, create_storage

# A running server answers sooner than this.
ANSWER_TIMEOUT_S = 5

NOBODY = (
    "SIALOSCOPE_LOCAL_ACCOUNTS=false leaves nobody who could log in: set SIALOSCOPE_OIDC_ISSUER, "
    "or remove it."
)
NO_ADDRESS = (
    "it is not a valid URL: in the user and the password, percent-encode every character that is "
    "not a letter or a digit, for example %40 for @"
)
# What to do about a PostgreSQL that cannot be opened, where the error says why.
POSTGRESQL_ADVICE: dict[type[Exception], str] = {
    asyncpg.InvalidCatalogNameError: (
        "Make it with 'createdb --owner=ROLE NAME', or correct the name in DATABASE_URL."
    ),
    asyncpg.InvalidAuthorizationSpecificationError: (
        "Correct the user and the password in DATABASE_URL, or make this role in PostgreSQL."
    ),
    socket.gaierror: "Correct the name of the host in DATABASE_URL.",
    ConnectionRefusedError: (
        "Start PostgreSQL, or correct the host and the port in DATABASE_URL, or unset it to use "
        "SQLite in the data folder."
    ),
}
ANY_ERROR = (
    *DATABASE_FAULTS,
    *(ValueError, RedisError, sqlite3.Error),
    *(StorageError, StorageAwayError),
)


async def require_parts(settings: Settings) -> None:
    """Make sure that folders, mail, database and broker can be used.

    Raises:
        CannotStartError: one of them cannot be used; the text says which and what to do.
    """
    tracing.require(settings)
    require_folders(settings)
    require_mail(settings)
    require_sign_on(settings)
    await require_database(settings)
    await require_broker(settings)


def require_folders(settings: Settings) -> None:
    """Make the data folder, and check that the storage for uploads and results works.

    Raises:
        CannotStartError: one of them cannot be used.
    """
    make_data_folder(settings)
    advice = "Set it to file:///a/folder that can be written."
    if settings.storage_url.startswith("s3:"):
        advice = "Correct it, or the AWS variables, or start the service of its endpoint."
    with _errors_with_advice("The storage of STORAGE_URL", advice):
        create_storage(settings).check()


def require_mail(settings: Settings) -> None:
    """Make sure that e-mail has a server and a sender, where it is configured.

    Raises:
        CannotStartError: a setting for e-mail is missing or wrong.
    """
    MailServer.of(settings)


def require_sign_on(settings: Settings) -> None:
    """Make sure that users can log in: with passwords, or by a provider that is set up whole.

    Raises:
        CannotStartError: a setting is missing, or contradicts another.
    """
    if not settings.oidc_issuer:
        if not settings.has_passwords:
            raise CannotStartError(NOBODY)
        return
    needed = {"SIALOSCOPE_ACCOUNTS": settings.has_accounts}
    needed |= {"SIALOSCOPE_OIDC_CLIENT_ID": bool(settings.oidc_client_id)}
    needed |= {"SIALOSCOPE_OIDC_ROLES": bool(settings.oidc_roles)}
    for name in (name for name, is_there in needed.items() if not is_there):
        raise CannotStartError(f"SIALOSCOPE_OIDC_ISSUER also needs {name}; see docs/operations.md.")


async def require_database(settings: Settings) -> None:
    """Make sure that the database can be opened.

    Raises:
        CannotStartError: it cannot.
    """
    url = settings.database_url
    advice = "Start it, or correct DATABASE_URL, or unset it to use SQLite in the data folder."
    with _errors_with_advice("The database of DATABASE_URL", advice):
        if url.startswith("sqlite:///"):
            _open_sqlite(Path(url.removeprefix("sqlite:///")))
        else:
            await _open_postgresql(url)


async def require_broker(settings: Settings) -> None:
    """Make sure that the broker answers a ping.

    Raises:
        CannotStartError: it does not.
    """
    advice = "Start it, or correct REDIS_URL; 'sialoscope up' without REDIS_URL brings its own."
    with _errors_with_advice("The broker of REDIS_URL", advice):
        patience = Retry(NoBackoff(), 0)
        async with connect(
            settings.redis_url,
            socket_connect_timeout=ANSWER_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=patience,
        ) as redis:
            await redis.ping()


async def _open_postgresql(url: str) -> None:
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_TIMEOUT_S)
    except tuple(POSTGRESQL_ADVICE) as error:
        advice = next(said for kind, said in POSTGRESQL_ADVICE.items() if isinstance(error, kind))
        raise CannotStartError(
            f"The database of DATABASE_URL cannot be used ({error}). {advice}"
        ) from None
    await connection.close()


def _open_sqlite(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=ANSWER_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA schema_version")


@contextmanager
def _errors_with_advice(what: str, advice: str) -> Iterator[None]:
    try:
        yield
    except ValueError:  # its text may quote a part of a password
        raise CannotStartError(f"{what} cannot be used ({NO_ADDRESS}). {advice}") from None
    except ANY_ERROR as error:
        if is_disk_full(error):
            advice = MAKE_ROOM
        lines = str(error).splitlines() or [f"no answer within {ANSWER_TIMEOUT_S} s"]
        raise CannotStartError(f"{what} cannot be used ({lines[0]}). {advice}") from None
