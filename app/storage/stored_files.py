"""Facts about the files of a storage."""

import shutil
import stat
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec


class Saved(NamedTuple):
    """The size in bytes and the SHA-256 (hexadecimal) of a file that was written."""

    size_bytes: int
    sha256: str


class Stored(NamedTuple):
    """A file: its key, the time of its last change or use, and its size in bytes."""

    key: str
    changed_at: float
    size_bytes: int


class StorageSize(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes by top folder, each file counted once even with several keys, and free bytes.

    ``free_bytes`` is None if the storage has no known limit.
    """

    bytes: dict[str, int]
    free_bytes: int | None


def size_of(root: Path) -> StorageSize:
    """Measure all files below a folder."""
    taken: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    for path in root.rglob("*"):
        with suppress(FileNotFoundError):  # deleted meanwhile
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                taken[path.relative_to(root).parts[0]] += found.st_size
    return StorageSize(bytes=dict(taken), free_bytes=shutil.disk_usage(root).free)
