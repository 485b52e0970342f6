"""Store uploads and results as files below one folder, each under a key like ``uploads/4f.csv``."""

import asyncio
import logging
import os
import shutil
import stat
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import anyio

from app.observability.metrics.measured import SAVED_BYTES
from app.storage.errors import StorageAwayError, StorageError
from app.storage.stored_files import Saved, StorageSize, Stored, size_of
from app.storage.writer import PARTIAL, Writer

ABANDONED_AFTER_S = 24 * 3600
# The folder of pending uploads, and how long users may wait before they start them.
KEPT, KEPT_S = "kept", ABANDONED_AFTER_S
# The folders of the files that jobs refer to.
PERMANENT = ("uploads", "results", "logs")

logger = logging.getLogger(__name__)


class Folder:
    """Files below ``root``. A file appears under its key only once it is complete."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()

    def check(self) -> None:
        """Make sure that the storage can be used.

        Raises:
            StorageAwayError: it cannot be used now.
        """
        if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            raise StorageAwayError(f"The folder {self.root} is not writable.")

    async def measured(self) -> StorageSize:
        """Measure the size of the storage; this visits every file.

        Raises:
            StorageAwayError: the storage cannot be read.
        """
        return await asyncio.to_thread(self._measured)

    def _measured(self) -> StorageSize:
        return size_of(self.root)

    def path(self, key: str) -> Path:
        """Return the local path of a key, whether or not it exists.

        Raises:
            StorageError: the key points outside of the storage folder.
        """
        path = Path(os.path.normpath(self.root / key))
        if not path.is_relative_to(self.root):
            raise StorageError(f"The key {key!r} points outside of the storage folder.")
        return path

    def local(self, key: str) -> Path:
        """Return the local file of a key, which must be read within the next minutes.

        Raises:
            FileNotFoundError: the file does not exist.
            StorageAwayError: it cannot be fetched.
        """
        path = self.path(key)
        if not path.exists():
            raise FileNotFoundError(f"There is no {key} in the storage.")
        return path

    def local_bytes(self, key: str) -> int:
        """Return the size of the local files below a key."""
        return sum(path.lstat().st_size for path in self.path(key).rglob("*") if path.is_file())

    def publish(self, key: str) -> None:
        """Make the files below the path of a key visible to all machines.

        Raises:
            StorageAwayError: they cannot be sent.
        """

    def adopt(self, key: str, path: Path) -> None:
        """Move a complete file below ``root`` to a key.

        Raises:
            StorageAwayError: it cannot be sent.
        """
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)

    def put(self, key: str, content: bytes) -> None:
        """Write a small file whole, in place of an earlier one, without waiting for the disk.

        Raises:
            StorageAwayError: it cannot be sent.
            OSError: the disk is full, or the folder is not writable.
        """
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + PARTIAL)
        try:
            partial.write_bytes(content)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def stored(self, top: str) -> list[Stored]:
        """Return the complete files below a key."""
        found = []
        for path in self.path(top).rglob("*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                about = path.stat()
                if stat.S_ISREG(about.st_mode) and not self._is_partial(path):
                    key = str(path.relative_to(self.root))
                    found.append(Stored(key, about.st_mtime, about.st_size))
        return found

    def _is_partial(self, path: Path) -> bool:
        return any(part.endswith(PARTIAL) for part in path.relative_to(self.root).parts)

    async def save(self, key: str, chunks: AsyncIterator[bytes]) -> Saved:
        """Write a stream to disk as it arrives; an error leaves no file."""
        writer = Writer(self.path(key))
        try:
            async for chunk in chunks:
                await anyio.to_thread.run_sync(writer.write, chunk)
            saved = await anyio.to_thread.run_sync(writer.finish)
        finally:
            writer.close()
        SAVED_BYTES.inc(saved.size_bytes)
        return saved

    def share(self, key: str, other_key: str) -> None:
        """Give a file a second key; it stays until both are deleted.

        Raises:
            FileNotFoundError: there is no such file.
        """
        path, other = self.path(key), self.path(other_key)
        other.parent.mkdir(parents=True, exist_ok=True)
        try:
            other.hardlink_to(path)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            partial = other.with_name(other.name + PARTIAL)
            shutil.copyfile(path, partial)
            partial.rename(other)

    def delete(self, key: str) -> None:
        """Remove a file, or a folder with its contents, if it exists."""
        path = self.path(key)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def delete_all(self, keys: Sequence[str]) -> None:
        """Remove files, or folders with their contents, that exist."""
        for key in keys:
            self.delete(key)

    def untouched_since(self, moment: datetime) -> list[str]:
        """Return the keys of complete uploads, results and logs that are older than a moment.

        The age counts from when the key was made, even if its content is older (``share``).
        """
        newest: dict[str, float] = {}
        for key, changed_at in self._changes():
            top = "/".join(key.split("/")[:2])
            newest[top] = max(changed_at, newest.get(top, 0))
        return sorted(key for key, changed_at in newest.items() if changed_at < moment.timestamp())

    def _changes(self) -> Iterator[tuple[str, float]]:
        """Yield uploads, results and logs with the time when they changed or got their key."""
        for top in PERMANENT:
            for path in self.root.glob(f"{top}/**/*"):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    if path.suffix != PARTIAL:
                        yield str(path.relative_to(self.root)), path.stat().st_ctime

    async def discard(self, key: str) -> None:
        """Remove a file that is no longer needed; if the storage is away, log it and go on."""
        try:
            await asyncio.to_thread(self.delete, key)
        except StorageAwayError as error:
            logger.warning("%s could not be removed from the storage: %s", key, error)

    async def discard_all(self, keys: Sequence[str]) -> None:
        """Remove files that are no longer needed; if the storage is away, log it and go on."""
        try:
            await asyncio.to_thread(self.delete_all, keys)
        except StorageAwayError as error:
            logger.warning("Files could not be removed from the storage: %s", error)

    def keep_only(self, key: str) -> None:
        """Remove everything beside a key in its folder."""
        path = self.path(key)
        for beside in path.parent.iterdir():
            if beside != path:
                self.delete(str(beside.relative_to(self.root)))

    def delete_abandoned(self) -> None:
        """Remove unfinished files and uploads that nobody started, after a day."""
        long_ago = time.time() - ABANDONED_AFTER_S
        for left in (*self.root.rglob(f"*{PARTIAL}"), *self.root.glob(f"{KEPT}/*")):
            with suppress(FileNotFoundError):  # completed or started meanwhile
                if left.stat().st_mtime < long_ago:
                    self.delete(str(left.relative_to(self.root)))
