"""The file of a backup: a TAR archive whose manifest, its last member, has a hash of each other."""

import io
import os
import shutil
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec

from app.settings import CannotStartError

FORMAT = 1
MANIFEST = "manifest.json"
READ_BYTES = 1 << 20


class BackupError(CannotStartError):
    """A backup cannot be made, read or put back; the text says why and what to do."""


class Member(msgspec.Struct, frozen=True):
    """What a file of the archive must be: its size and the SHA-256 of its content."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    """What a backup holds.

    ``made_at`` is ISO 8601 in UTC, ``database`` sqlite or postgresql, ``schema`` the id of the
    database's last migration. ``left_out`` is the storage that keeps its files itself; ``gone`` are
    keys whose files were deleted while the backup was made.
    """

    format: int = FORMAT
    sialoscope: str
    made_at: str
    database: str
    schema: str
    left_out: str = ""
    gone: list[str] = []
    members: dict[str, Member] = {}


class _Hashing(io.RawIOBase):
    """A file that remembers the hash of what is read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """What comes next."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


class Writer:
    """An archive that is being written; it appears under its name once it is complete."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        self._manifest = manifest
        self._partial.unlink(missing_ok=True)  # of a backup that was broken off
        # Never through a link, nor into a file, that somebody made there.
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115 - closed below

    @property
    def folder(self) -> Path:
        """Where the archive will lie."""
        return self._path.parent

    def add(self, name: str, path: Path) -> None:
        """Put a file into the archive.

        Raises:
            FileNotFoundError: there is none.
        """
        with path.open("rb") as file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            hashing = _Hashing(file)
            self._tar.addfile(info, hashing)
        self._manifest.members[name] = Member(info.size, hashing.digest.hexdigest())

    def add_below(self, key: str, path: Path) -> None:
        """Put a file, or all files of a folder, into the archive under a key of the storage."""
        if path.is_dir():
            for each in sorted(path.iterdir()):
                self.add_below(f"{key}/{each.name}", each)
            return
        try:
            self.add(f"storage/{key}", path)
        except FileNotFoundError:
            self._manifest.gone.append(key)

    def finish(self) -> None:
        """Write the manifest, and give the archive its name."""
        text = msgspec.json.format(msgspec.json.encode(self._manifest))
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        self._tar.addfile(info, io.BytesIO(text))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.rename(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """What an archive says that it holds.

    Raises:
        BackupError: it is no backup, or one of a newer version.
    """
    try:
        file = tar.extractfile(MANIFEST)
        manifest = msgspec.json.decode(file.read() if file else b"", type=Manifest)
    except (KeyError, msgspec.MsgspecError, tarfile.TarError):
        raise BackupError("The file is no backup, or was cut off: it has no manifest.") from None
    if manifest.format != FORMAT:
        raise BackupError("The backup was made by a newer Sialoscope. Restore it by that version.")
    return manifest


def unpack(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Write all members below a folder, each as the manifest says that it must be.

    Raises:
        BackupError: one is missing or another than was written.
    """
    for name, expected in manifest.members.items():
        target = Path(os.path.normpath(folder / name))
        if not target.is_relative_to(folder):
            raise BackupError(f"The backup has a file outside of its place: {name}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if _unpacked_sha256(tar, name, target) != expected.sha256:
            raise BackupError(
                f"The backup is damaged: {name} is not what was written. Nothing was restored."
            )


def _unpacked_sha256(tar: tarfile.TarFile, name: str, target: Path) -> str:
    """Write a member to a file; the hash of its content, nothing where there is none."""
    try:
        source = tar.extractfile(name)
    except (KeyError, tarfile.TarError):
        source = None
    if source is None:
        return ""
    hashing = _Hashing(source)
    with target.open("wb") as file:
        shutil.copyfileobj(hashing, file, READ_BYTES)
    return hashing.digest.hexdigest()
