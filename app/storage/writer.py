"""Writes a file that appears under its name only once it is complete and on the disk.

Its methods are for a thread. An upload of one chunk takes two calls, since each call of a thread
takes longer than the work on a small file.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import IO

from app.storage.stored_files import Saved

# The suffix of a file until it is complete.
PARTIAL = ".partial"


class Writer:
    """Writes one file, and makes its folder if there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + PARTIAL)
        self._file: IO[bytes] | None = None
        self._digest, self._size = sha256(), 0

    def write(self, chunk: bytes) -> None:
        """Write the next bytes."""
        self._opened().write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)

    def finish(self) -> Saved:
        """Bring the file to the disk and give it its name."""
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())
        self._partial.rename(self._path)
        return Saved(self._size, self._digest.hexdigest())

    def close(self) -> None:
        """Close the file; remove it if it is not complete."""
        if self._file is not None:
            self._file.close()
            self._partial.unlink(missing_ok=True)

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._partial.open("wb")
        return self._file
