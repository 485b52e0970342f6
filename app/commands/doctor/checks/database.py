"""Check that the database answers, is new enough, and allows enough connections."""

import sqlite3
from pathlib import Path

import asyncpg

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.commands.doctor.owned import closed_to_us, hand_over
from app.db.engine.postgresql import MOST_CONNECTIONS
from app.server.preflight import require_database
from app.settings import CannotStartError, Settings

OLDEST_POSTGRESQL = 14
OLDEST_SQLITE = (3, 35)  # RETURNING
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "ceph",
    "glusterfs",
}
# PostgreSQL reserves some connections for superusers.
FOR_US = """
    SELECT current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
"""
MOUNTS = Path("/proc/mounts")


async def check(installation: Installation) -> Findings:
    """Check the version, the connections and the file of the database."""
    settings = installation.settings
    if not installation.has_database:
        yield _missing(settings)
        return
    try:
        await require_database(settings)
    except CannotStartError as fault:
        yield _away(fault)
        return
    if settings.database_url.startswith("sqlite:"):
        yield _sqlite(Path(settings.database_url.removeprefix("sqlite:///")))
        return
    connection = await asyncpg.connect(settings.database_url)
    try:
        async for each in _postgresql(connection, settings):
            yield each
    finally:
        await connection.close()


def _missing(settings: Settings) -> Finding:
    return error(
        "database-missing",
        f"There is no database yet ({settings.database_url}).",
        why="Web, worker and scheduler do not start without it.",
        remedy="sialoscope up  # makes it; for separate services: sialoscope migrate",
    )


def _away(fault: CannotStartError) -> Finding:
    return error(
        "database-away",
        str(fault),
        why="Nothing works without it.",
        remedy="DATABASE_URL=postgresql://user:password@host/name",
    )


async def _postgresql(connection: asyncpg.Connection, settings: Settings) -> Findings:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRESQL:
        yield error(
            "database-version",
            f"This is PostgreSQL {version.major}; {OLDEST_POSTGRESQL} or newer is needed.",
            why="It gets no more security updates, and statements may fail.",
            remedy="pg_upgrade, to a supported version",
        )
    allowed = int(await connection.fetchval(FOR_US))
    needed = MOST_CONNECTIONS * (settings.web_workers + settings.workers)
    if needed > allowed:
        yield error(
            "database-connections",
            f"{settings.web_workers} web processes and {settings.workers} workers may need "
            f"{needed} connections; the server allows {allowed}.",
            why="Under load requests fail with 'too many clients'.",
            remedy=f"ALTER SYSTEM SET max_connections = {2 * needed};  -- then restart PostgreSQL",
        )
        return
    yield ok("database", f"PostgreSQL {version.major} allows {allowed} connections.")


def _sqlite(path: Path) -> Finding:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return error(
            "database-version",
            f"This is SQLite {sqlite3.sqlite_version}; 3.35 or newer is needed.",
            why="It lacks the statements with which workers claim jobs.",
            remedy="Install a newer Python, which includes SQLite, or set DATABASE_URL.",
        )
    if closed := [each for each in (path, path.parent) if closed_to_us(each)]:
        return error(
            "database-readonly",
            f"The user of this command cannot write to {closed[0]}.",
            why="Pages can be read, but jobs cannot be submitted, run or deleted.",
            remedy=hand_over(closed[0]),
        )
    kind = file_system_of(path, MOUNTS.read_text() if MOUNTS.exists() else "")
    if kind in NETWORK_FILE_SYSTEMS:
        return _on_network(path, kind)
    return ok("database", f"SQLite {sqlite3.sqlite_version} at {path}.")


def _on_network(path: Path, kind: str) -> Finding:
    return warning(
        "database-network",
        f"{path} lies on a network file system ({kind}).",
        why="SQLite's locks do not work there, and the file can be damaged.",
        remedy="SIALOSCOPE_DATA=/a/folder/of/this/machine  # or DATABASE_URL=postgresql://...",
    )


def file_system_of(path: Path, mounts: str) -> str:
    """Return the type of the file system of a path, from the text of ``/proc/mounts``."""
    found = [line.split()[1:3] for line in mounts.splitlines()]
    above = [(place, kind) for place, kind in found if path.is_relative_to(_unescaped(place))]
    return max(above, key=lambda each: len(each[0]))[1] if above else ""


def _unescaped(place: str) -> str:
    return place.replace("\\040", " ")
