"""Keeps the files of a form during its request, in one temporary file without a name.

A form may have hundreds of files, and many forms arrive at once: one file for each form keeps the
number of open descriptors low. The system deletes it when it is closed or its process dies.
"""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile


class Spool:
    """The temporary file of a form, opened at the first upload; uploads use no memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._size = 0

    def begin(self, file_name: str, content_type: str) -> "SpooledFile":
        """Start an upload at the end of the file; only the newest upload may grow."""
        return SpooledFile(self, self._size, file_name, content_type)

    async def append(self, piece: bytes) -> None:
        """Write bytes at the end."""
        await sync_to_thread(self._append, piece)

    def read_at(self, place: int, size: int) -> bytes:
        """Up to ``size`` bytes from a position."""
        return os.pread(self._file.fileno(), size, place) if self._file else b""

    async def close(self) -> None:
        """Free the space; closing twice is harmless."""
        if self._file is not None:
            await sync_to_thread(self._file.close)

    def _append(self, piece: bytes) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
        rest = memoryview(piece)
        while rest:  # a disk that is nearly full may write only a part
            rest = rest[self._file.write(rest) :]
        self._size += len(piece)


class SpooledFile(UploadFile):
    """An upload that is stored in a spool and closed with it."""

    def __init__(self, spool: Spool, start: int, file_name: str, content_type: str) -> None:
        # UploadFile's constructor would create a file in memory.
        self.filename = file_name
        self.content_type = content_type
        self.headers = {}
        self._spool = spool
        self._start = start
        self._size = self._position = 0

    async def write(self, data: bytes | bytearray) -> int:
        """Write bytes at the end."""
        await self._spool.append(bytes(data))
        self._size += len(data)
        return len(data)

    async def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes; by default all that remain."""
        left = self._size - self._position
        wanted = left if size < 0 else min(size, left)
        if not wanted:  # the end needs no thread
            return b""
        piece = await sync_to_thread(self._spool.read_at, self._start + self._position, wanted)
        self._position += len(piece)
        return piece

    async def seek(self, offset: int) -> int:
        """Continue to read from a position."""
        self._position = offset
        return offset

    async def close(self) -> None:
        """Close the spool with all its uploads."""
        await self._spool.close()
