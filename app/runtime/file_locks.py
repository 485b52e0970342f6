"""Named locks that all processes of this machine share and that end with their process.

Each name is one byte of an empty file, which the kernel locks (``fcntl``), so a killed process
leaves no lock behind. They count work that is limited by this machine's memory; Redis would count
the work of all machines.
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
        """Lock a name and return True, or return False if it is locked here or elsewhere."""
        offset = _offset(name)
        if offset in self._held:  # the kernel would grant it to the same process a second time
            return False
        try:
            fcntl.lockf(self._open_file(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except (BlockingIOError, PermissionError):
            return False
        self._held.add(offset)
        return True

    def give_back(self, name: str) -> None:
        """Unlock a name that this process has locked."""
        offset = _offset(name)
        fcntl.lockf(self._open_file(), fcntl.LOCK_UN, 1, offset)
        self._held.remove(offset)

    def _open_file(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, mode=0o600)
        return self._descriptor


def _offset(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:OFFSET_BYTES])
