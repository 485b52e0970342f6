"""Read and write the file of a backup: a TAR archive with a manifest of hashes as last member."""

import io
import os
import shutil
import tarfile
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

import msgspec

from app.settings import CannotStartError

FORMAT = 1
MANIFEST = "manifest.json"
READ_BYTES = 1 << 20


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


class _Hashing(io.RawIOBase):
    """A file that computes the hash of everything that is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes and add them to the hash."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


class Writer:
    """Writes an archive, which gets its final name once it is complete."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        self._manifest = manifest
        self._partial.unlink(missing_ok=True)  # left by a backup that was interrupted
        # O_EXCL: never follow a link and never write to a file that somebody placed there.
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115 - closed below

    @property
    def folder(self) -> Path:
        """The folder of the archive."""
        return self._path.parent

    def add(self, name: str, path: Path) -> None:
        """Add a file to the archive; one that was added under another name becomes a link to it.

        Versions of a job share the file of their table.

        Raises:
            FileNotFoundError: the file does not exist.
        """
        with path.open("rb") as file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            self._manifest.members[name] = self._link(info, file) or self._copy(info, file)

    def _link(self, info: tarfile.TarInfo, file: io.BufferedReader) -> Member | None:
        """Add a link to a member of the same content; None if the file is no link to one.

        A member can have another content: its file was deleted since, and this one got its inode.
        """
        linked = self._manifest.members[info.linkname] if info.islnk() else None
        if linked is None or file_digest(file, "sha256").hexdigest() != linked.sha256:
            info.type, info.linkname = tarfile.REGTYPE, ""
            info.size = file.seek(0, os.SEEK_END)
            file.seek(0)
            return None
        self._tar.addfile(info)
        return linked

    def _copy(self, info: tarfile.TarInfo, file: IO[bytes]) -> Member:
        hashing = _Hashing(file)
        self._tar.addfile(info, hashing)
        return Member(info.size, hashing.digest.hexdigest())

    def add_below(self, key: str, path: Path) -> None:
        """Add a file, or all files of a folder, to the archive under a storage key."""
        if path.is_dir():
            for each in sorted(path.iterdir()):
                self.add_below(f"{key}/{each.name}", each)
            return
        try:
            self.add(f"storage/{key}", path)
        except FileNotFoundError:
            self._manifest.gone.append(key)

    def finish(self) -> None:
        """Write the manifest, and rename the archive to its final name."""
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
        """Delete the unfinished archive."""
        self._file.close()
        self._partial.unlink(missing_ok=True)


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """Read the manifest of an archive.

    Raises:
        BackupError: the file is not a backup, or a newer version made it.
    """
    try:
        file = tar.extractfile(MANIFEST)
        manifest = msgspec.json.decode(file.read() if file else b"", type=Manifest)
    except (KeyError, msgspec.MsgspecError, tarfile.TarError):
        raise BackupError(
            "The file is not a backup or is incomplete: it has no manifest."
        ) from None
    if manifest.format != FORMAT:
        raise BackupError(
            "The backup was made by a newer Sialoscope. Restore it with that version."
        )
    return manifest


def unpack(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Write all members to a folder, and compare each with its hash in the manifest.

    Raises:
        BackupError: a member is missing, differs, or has a path outside of the folder.
    """
    for name in manifest.members:
        target = Path(os.path.normpath(folder / name))
        if not target.is_relative_to(folder):
            raise BackupError(f"The backup has a file with a path outside of it: {name}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if _unpacked_sha256(tar, name, target) != _expected_sha256(tar, manifest, name):
            raise BackupError(
                f"The backup is damaged: {name} does not match its hash. Nothing was restored."
            )


def _expected_sha256(tar: tarfile.TarFile, manifest: Manifest, name: str) -> str:
    """The hash of a member; that of the file it leads to if it is a link.

    Earlier versions wrote the hash of nothing for a link into the manifest.
    """
    try:
        linked = tar.getmember(name).linkname
    except KeyError:
        linked = ""
    return manifest.members.get(linked, manifest.members[name]).sha256


def _unpacked_sha256(tar: tarfile.TarFile, name: str, target: Path) -> str:
    """Write a member to a file and return its hash, or an empty text if it is missing."""
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
