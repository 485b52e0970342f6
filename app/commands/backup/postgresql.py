"""Back up and restore a PostgreSQL database with PostgreSQL's own programs."""

import asyncio
import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import asyncpg

from app.commands.backup.archive import BackupError
from app.commands.backup.keys import KEYS, Keys, keys_in
from app.db.piccolo_app import APP_CONFIG

INSTALL = "Install PostgreSQL's client programs (Debian: postgresql-client)."
TABLES = [*(table._meta.tablename for table in APP_CONFIG.table_classes), "migration"]  # noqa: SLF001
# The functions of our triggers, which remain when their tables are dropped.
OUR_FUNCTIONS = """
    SELECT string_agg(DISTINCT 'DROP FUNCTION ' || tgfoid::regprocedure || ' CASCADE;', ' ')
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relname = ANY($1) AND relnamespace = current_schema()::regnamespace
"""


async def snapshot(url: str, into: Path) -> Keys:
    """Dump a database in one snapshot, and return the storage keys of its jobs.

    Raises:
        BackupError: ``pg_dump`` is missing or fails.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            moment = await connection.fetchval("SELECT pg_export_snapshot()")
            await _run("pg_dump", url, "--format=custom", f"--file={into}", f"--snapshot={moment}")
            return keys_in(await connection.fetch(KEYS))
    finally:
        await connection.close()


async def is_used(url: str) -> bool:
    """Whether the database has a table of Sialoscope."""
    connection = await asyncpg.connect(url)
    try:
        count = "SELECT count(*) FROM information_schema.tables WHERE table_name = ANY($1)"
        return bool(
            await connection.fetchval(f"{count} AND table_schema = current_schema()", TABLES)
        )
    finally:
        await connection.close()


async def put_back(dump: Path, url: str) -> None:
    """Replace the tables of Sialoscope by those of a dump, in one transaction.

    Raises:
        BackupError: a program is missing or fails; then nothing has changed.
    """
    script = dump.with_suffix(".sql")
    script.write_text(await _drop_ours(url))
    restored = dump.with_suffix(".restored.sql")
    await _run("pg_restore", "", "--no-owner", "--no-privileges", f"--file={restored}", str(dump))
    quiet = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")
    await _run("psql", url, *quiet, f"--file={script}", f"--file={restored}")


async def _drop_ours(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        functions = await connection.fetchval(OUR_FUNCTIONS, TABLES) or ""
    finally:
        await connection.close()
    tables = " ".join(f"DROP TABLE IF EXISTS {name} CASCADE;" for name in TABLES)
    return f"SET client_min_messages = warning;\n{tables}\n{functions}\n"


async def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program without the password on its command line, which all users can see.

    Raises:
        BackupError: the program is missing or fails.
    """
    if not shutil.which(program):
        raise BackupError(f"The program {program} is needed. {INSTALL}")
    shown, password = without_password(url)
    to = [f"--dbname={shown}"] if url else []
    with NamedTemporaryFile("w", prefix="pgpass-") as passwords:  # only its owner can read it
        passwords.write(f"*:*:*:*:{_escaped(password)}\n")
        passwords.flush()
        process = await asyncio.create_subprocess_exec(
            program,
            *to,
            *arguments,
            env=os.environ | ({"PGPASSFILE": passwords.name} if password else {}),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate()
    if process.returncode:
        raise BackupError(f"{program} failed: {errors.decode(errors='replace').strip()}")


def without_password(url: str) -> tuple[str, str]:
    """Return a database's URL without its password, and the password.

    Raises:
        BackupError: the URL has the password of a TLS key, which PostgreSQL's programs cannot
            read from a file.
    """
    parts = urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "sslpassword" in query:
        raise BackupError(
            "Leave sslpassword out of DATABASE_URL: PostgreSQL's programs would show it to all "
            "users of the machine. Let sslkey name a key without a password."
        )
    in_query = query.pop("password", "")
    place = parts.netloc.rpartition("@")[2]
    options = f"?{urlencode(query, quote_via=quote)}" if query else ""
    shown = f"{parts.scheme}://{user}{'@' if user else ''}{place}{parts.path}{options}"
    return shown, unquote(password) or in_query


def _escaped(password: str) -> str:
    """Escape a password for PostgreSQL's password file."""
    return password.replace("\\", "\\\\").replace(":", "\\:")
