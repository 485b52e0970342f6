"""Limit the size of the cache with the local copies of a bucket's files."""

import time
from contextlib import suppress
from pathlib import Path

# Every reader has read a file, and every writer has sent one, within this time.
IN_USE_S = 3600
# Old copies may be of files that another machine has deleted.
FORGOTTEN_AFTER_S = 24 * 3600


def make_room(folder: Path, *, most_bytes: int) -> None:
    """Remove the least recently used files until the others fit into ``most_bytes``.

    Files that may be in use stay, even beyond the limit. Files unused for a day are always removed.
    The modification time of a file is the time of its last use. Several processes may do this at
    once.
    """
    now, left_bytes = time.time(), most_bytes
    for path, used_at, size in sorted(_files(folder), key=lambda each: -each[1]):
        left_bytes -= size
        age_s = now - used_at
        if age_s > FORGOTTEN_AFTER_S or (left_bytes < 0 and age_s > IN_USE_S):
            path.unlink(missing_ok=True)
    _remove_empty_folders(folder, before=now - IN_USE_S)


def _files(folder: Path) -> list[tuple[Path, float, int]]:
    found = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # removed meanwhile
            if path.is_file():
                stat = path.stat()
                found.append((path, stat.st_mtime, stat.st_size))
    return found


def _remove_empty_folders(folder: Path, *, before: float) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        with suppress(OSError):  # not empty, or removed meanwhile
            if path.is_dir() and path.stat().st_mtime < before:
                path.rmdir()
