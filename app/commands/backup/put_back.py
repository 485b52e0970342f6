"""``sialoscope restore``: replace the database and the files of an installation by a backup.

Sialoscope must be stopped first. Every file is unpacked and compared with its hash before anything
changes. A database from an older version is migrated afterwards.

A dump is a program: PostgreSQL runs the SQL in it as the user of ``DATABASE_URL``. So a backup that
the token of this installation did not sign is restored only if the operator says to trust it.
"""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path

from redis.exceptions import RedisError

from app.commands.backup import postgresql, sqlite
from app.commands.backup.archive import DATABASE, STORAGE, BackupError, Manifest
from app.commands.backup.reader import Reader, opened
from app.commands.backup.take import kind_of
from app.db.migrate import known_migrations, migrate
from app.queue.heartbeats import SILENT_AFTER_S
from app.queue.worker_registry import WorkerRegistry
from app.runtime.login_token import known_token
from app.runtime.redis_connection import connect
from app.server.data_lock import locked
from app.server.preflight import require_database, require_folders
from app.settings import Settings
from app.storage import Folder, create_storage


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    command.add_argument("file", type=Path, help="a file that 'sialoscope backup' wrote")
    text = "replace the existing database and files"
    command.add_argument("--overwrite", action="store_true", help=text)
    text = "restore a backup that the token of this installation did not sign, and run its SQL"
    command.add_argument("--trust-file", action="store_true", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Restore the backup.

    Raises:
        CannotStartError: the backup cannot be restored. The text says why; nothing has changed.
    """
    settings = Settings.from_environment()
    require_folders(settings)
    with (
        locked(settings.data_folder),
        opened(arguments.file, known_token(settings)) as backup,
    ):
        if not arguments.trust_file:
            _require_signed(backup)
        asyncio.run(_restore(settings, backup, overwrite=arguments.overwrite))
    manifest = backup.manifest
    _print(f"Restored {arguments.file}, made at {manifest.made_at}.")
    if manifest.left_out:
        _print(f"It has no files of {manifest.left_out}; make sure that the bucket has them.")


async def _restore(settings: Settings, backup: Reader, *, overwrite: bool) -> None:
    await _require_no_workers(settings)
    _require_fit(backup.manifest, settings)
    await require_database(settings)
    if not overwrite and await _is_used(settings):
        raise BackupError(
            "This installation already has a database or files. Restore into an empty one, or "
            "add --overwrite to replace them."
        )
    with tempfile.TemporaryDirectory(dir=settings.data_folder, prefix="restore-") as folder:
        unpacked = Path(folder)
        backup.unpack(unpacked)
        await _restore_database(unpacked / DATABASE, settings.database_url)
        if not backup.manifest.left_out:
            _restore_files(unpacked / STORAGE, create_storage(settings))
    await migrate()


def _require_signed(backup: Reader) -> None:
    if not backup.is_signed:
        raise BackupError(
            "The token of this installation did not sign the backup. Set SIALOSCOPE_TOKEN to the "
            "one with which it was made. If an older version made it or that token is lost, and "
            "nobody else could write to the file, add --trust-file: the SQL in it is run."
        )


async def _require_no_workers(settings: Settings) -> None:
    """Refuse while workers run, since those of other machines do not hold the folder's lock."""
    try:
        async with connect(settings.redis_url) as redis:
            alive = await WorkerRegistry(redis).alive()
    except RedisError:  # a new installation may not have Redis yet
        return
    if alive:
        names = ", ".join(each.heartbeat.worker for each in alive)
        raise BackupError(
            f"Workers are running ({names}). Stop web, workers and scheduler on all "
            f"machines first; a worker that was killed is still listed for {SILENT_AFTER_S} s."
        )


def _require_fit(manifest: Manifest, settings: Settings) -> None:
    if kind_of(settings.database_url) != manifest.database:
        raise BackupError(
            f"The backup is of a {manifest.database} database. Set DATABASE_URL to such a database."
        )
    if manifest.schema not in known_migrations():
        raise BackupError(
            f"The backup was made by a newer version ({manifest.sialoscope}). Install that first."
        )
    if not manifest.left_out and settings.storage_url.startswith("s3:"):
        raise BackupError(
            "The backup contains files. Set STORAGE_URL to file:///a/folder to restore them."
        )


async def _is_used(settings: Settings) -> bool:
    url = settings.database_url
    if url.startswith("sqlite:"):
        has_rows = sqlite.is_used(Path(url.removeprefix("sqlite:///")))
    else:
        has_rows = await postgresql.is_used(url)
    if settings.storage_url.startswith("s3:"):
        return has_rows
    return has_rows or any(create_storage(settings).root.iterdir())


async def _restore_database(copy: Path, url: str) -> None:
    if url.startswith("sqlite:"):
        sqlite.put_back(copy, Path(url.removeprefix("sqlite:///")))
    else:
        await postgresql.put_back(copy, url)


def _restore_files(unpacked: Path, storage: Folder) -> None:
    for old in list(storage.root.iterdir()):
        storage.delete(old.name)
    for new in unpacked.iterdir() if unpacked.is_dir() else ():
        shutil.move(new, storage.root / new.name)


def _print(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the answer of the command
