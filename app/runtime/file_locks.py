"""Locks by name that all processes of this machine share, and that end with their process.

Each name is one byte of an empty file, locked by the kernel (``fcntl``): a process that is killed
leaves none behind. What is limited by the machine's memory is counted by these, not in Redis.
"""

import fcntl
import os
from hashlib import sha256
from pathlib import Path

# The kernel takes offsets below 2 ** 63.
OFFSET_BYTES = 7


class FileLocks:
    """The locks that this process holds in a file; the kernel forgets them when it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._held: set[int] = set()

    def take(self, name: str) -> bool:
        """Lock a name unless it is locked, here or in another process."""
        offset = _offset(name)
        if offset in self._held:  # the kernel would let the same process have it again
            return False
        try:
            fcntl.lockf(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except (BlockingIOError, PermissionError):
            return False
        self._held.add(offset)
        return True

    def give_back(self, name: str) -> None:
        """Unlock a name that this process has."""
        offset = _offset(name)
        fcntl.lockf(self._opened(), fcntl.LOCK_UN, 1, offset)
        self._held.remove(offset)

    def _opened(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, mode=0o600)
        return self._descriptor


def _offset(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:OFFSET_BYTES])
