"""``sialoscope backup``: save the database and the files in one archive while jobs run."""

import argparse
import asyncio
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from app.commands.backup import postgresql, sqlite
from app.commands.backup.archive import DATABASE, BackupError, Manifest
from app.commands.backup.keys import Keys
from app.commands.backup.writer import Writer
from app.db.engine.connect import kept_open
from app.db.jobs.contents.references import LOGS
from app.db.migrate import standing
from app.runtime.login_token import known_token
from app.server.preflight import require_database
from app.settings import Settings
from app.storage import StorageError, create_storage


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    command.add_argument("file", type=Path, help="the file to write, such as sialoscope.tar")


def run(arguments: argparse.Namespace) -> None:
    """Write the backup and print what it contains.

    Raises:
        CannotStartError: the backup cannot be made; the text says why.
    """
    try:
        if arguments.file.exists():
            raise BackupError(f"{arguments.file} exists already. Name another file.")
        settings = Settings.from_environment()
        manifest = asyncio.run(_take(settings, arguments.file))
    except OSError as error:
        raise BackupError(
            f"{arguments.file} cannot be written ({error.strerror or error}). Name a file in a "
            "folder that exists, that you may write to, and that has enough free space."
        ) from None
    files = len(manifest.members) - 1
    _print(f"{arguments.file}: the {manifest.database} database and {files} files.")
    if manifest.left_out:
        _print(f"Left out: the files of {manifest.left_out}. Copy the bucket with its own tools.")
    _print("Not included: logins and tables that nobody has started yet (Redis), and the settings.")
    if not known_token(settings):
        _print("Not signed, because SIALOSCOPE_TOKEN is not set: restore it with --trust-file.")
    if manifest.gone:
        _print(f"{len(manifest.gone)} files were deleted during the backup; their jobs have none.")


async def _take(settings: Settings, path: Path) -> Manifest:
    await require_database(settings)
    async with kept_open():
        found = await standing()
    if found.to_come or found.unknown:
        raise BackupError("The database has another schema. Run 'sialoscope migrate' first.")
    manifest = Manifest(
        sialoscope=version("sialoscope"),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        database=kind_of(settings.database_url),
        schema=found.latest,
    )
    await _write(settings, Writer(path, manifest, known_token(settings)), manifest)
    return manifest


def kind_of(url: str) -> str:
    """Return the kind of database that a URL names: sqlite or postgresql."""
    return "sqlite" if url.startswith("sqlite:") else "postgresql"


async def _write(settings: Settings, writer: Writer, manifest: Manifest) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=writer.folder, prefix="backup-") as folder:
            copy = Path(folder) / DATABASE
            keys = await _snapshot(settings.database_url, copy)
            writer.add(DATABASE, copy)
        _add_files(settings, writer, manifest, keys)
        writer.finish()
    except BaseException:
        writer.discard()
        raise


async def _snapshot(url: str, copy: Path) -> Keys:
    if url.startswith("sqlite:"):
        return sqlite.snapshot(Path(url.removeprefix("sqlite:///")), copy)
    return await postgresql.snapshot(url, copy)


def _add_files(settings: Settings, writer: Writer, manifest: Manifest, keys: Keys) -> None:
    if settings.storage_url.startswith("s3:"):
        manifest.left_out = settings.storage_url.partition("?")[0]
        return
    try:
        storage = create_storage(settings)
        for key in keys:
            path = storage.path(key)
            if path.exists() or not key.startswith(LOGS):  # a job may have no log
                writer.add_below(key, path)
    except StorageError as error:
        raise BackupError(f"The storage of STORAGE_URL cannot be read ({error}).") from None


def _print(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the answer of the command
