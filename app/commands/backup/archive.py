"""The file of a backup: a TAR archive that ends with a manifest of hashes and its signature."""

import io
from hashlib import sha256
from typing import IO

import msgspec

from app.settings import CannotStartError

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.signature"
# What a backup may contain, besides manifest and signature: the database, and files below storage.
DATABASE = "database"
STORAGE = "storage"


class BackupError(CannotStartError):
    """A backup cannot be made, read or restored; the text says why and what to do."""


class Member(msgspec.Struct, frozen=True):
    """The size and the SHA-256 of a file in the archive."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    """The contents of a backup.

    ``made_at`` is ISO 8601 in UTC, ``database`` is sqlite or postgresql, and ``schema`` is the id
    of the database's last migration. ``left_out`` is the URL of a bucket, whose files the backup
    does not contain. ``gone`` has the keys of files that were deleted during the backup.
    """

    format: int = FORMAT
    sialoscope: str
    made_at: str
    database: str
    schema: str
    left_out: str = ""
    gone: list[str] = []
    members: dict[str, Member] = {}


class Hashing(io.RawIOBase):
    """A file that computes the hash of everything that is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes and add them to the hash."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk
