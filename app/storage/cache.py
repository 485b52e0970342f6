"""How the copies of a bucket's files on this machine stay within their bound."""

import time
from contextlib import suppress
from pathlib import Path

# Whoever asked for a file has read it, and whoever writes one has sent it, within this time.
IN_USE_S = 3600
# Copies of what was deleted by way of another machine are of no use to anybody.
FORGOTTEN_AFTER_S = 24 * 3600


def make_room(folder: Path, *, most_bytes: int) -> None:
    """Remove the files that were not used for longest until the others have ``most_bytes``.

    Files that may be in use stay, even beyond the bound; those of yesterday go in any case. The
    time of a file's last change is taken for that of its last use. Other processes may do the same.
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
