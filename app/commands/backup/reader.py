"""Read the file of a backup, which somebody else may have written: bound and check all of it."""

import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from app.commands.backup.archive import (
    DATABASE,
    FORMAT,
    MANIFEST,
    SIGNATURE,
    STORAGE,
    BackupError,
    Hashing,
    Manifest,
)
from app.commands.backup.signature import is_signature

READ_BYTES = 1 << 20
# Some 250 bytes a file; one of four million files is read in memory.
MOST_MANIFEST_BYTES = 1 << 30
MOST_SIGNATURE_BYTES = 1 << 10
OF_NOTHING = sha256().hexdigest()
GB = 1_000_000_000


class Reader:
    """The members of an archive, its manifest, and whether a token signed that."""

    def __init__(self, tar: tarfile.TarFile, token: str) -> None:
        self._tar = tar
        self._members = _plain_members(tar)
        text = self._text(MANIFEST, MOST_MANIFEST_BYTES)
        self.manifest = _decoded(text)
        self.is_signed = is_signature(self._text(SIGNATURE, MOST_SIGNATURE_BYTES), text, token)

    def _text(self, name: str, most_bytes: int) -> bytes:
        """Return a small file; nothing if it is missing, a link or too long."""
        member = self._members.get(name)
        if member is None or not member.isreg() or member.size > most_bytes:
            return b""
        file = self._tar.extractfile(member)
        return file.read() if file else b""

    def unpack(self, folder: Path) -> None:
        """Write the database and all files to a folder, and compare each with its hash.

        Raises:
            BackupError: a file is missing, differs, or has no place in a backup, or the disk has
                no room for all of them.
        """
        if DATABASE not in self.manifest.members:
            raise _damaged(DATABASE)
        sources = {name: self._source(name) for name in self.manifest.members}
        _require_room(sum(each.size for each in sources.values()), folder)
        try:
            for name, source in sources.items():
                if self._unpacked_sha256(source, folder / name) != self._expected_sha256(name):
                    raise _damaged(name)
        except OSError as error:
            raise BackupError(
                f"The backup cannot be unpacked to {folder.parent} ({error.strerror or error}). "
                "Nothing was restored."
            ) from None

    def _source(self, name: str) -> tarfile.TarInfo:
        """Return the member that has the bytes of a file; a link leads to one, not to a link."""
        if not _has_place(name):
            raise BackupError(f"The backup has a file with a path outside of it: {name!r}.")
        member = self._members.get(name)
        if member is not None and member.islnk():
            member = self._members.get(member.linkname)
        if member is None or not member.isreg():
            raise _damaged(name)
        return member

    def _unpacked_sha256(self, source: tarfile.TarInfo, target: Path) -> str:
        """Write a member to a file and return its hash, or an empty text if it ends too early."""
        file = self._tar.extractfile(source)
        if file is None:
            return ""
        hashing = Hashing(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("wb") as unpacked:
                shutil.copyfileobj(hashing, unpacked, READ_BYTES)
        except tarfile.TarError:
            return ""
        return hashing.digest.hexdigest()

    def _expected_sha256(self, name: str) -> str:
        """Return the hash of a file; that of the file it leads to if it is a link without a hash.

        Earlier versions, which did not sign, wrote the hash of nothing for a link.
        """
        own = self.manifest.members[name].sha256
        linked = self._members[name].linkname
        if self.is_signed or own != OF_NOTHING or linked not in self.manifest.members:
            return own
        return self.manifest.members[linked].sha256


@contextmanager
def opened(path: Path, token: str) -> Iterator[Reader]:
    """Open a backup.

    Raises:
        BackupError: the file cannot be read, is not a backup, or a newer version made it.
    """
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed below
    except (OSError, tarfile.TarError) as error:
        raise BackupError(
            f"{path} cannot be read ({error}). A backup is a TAR file; decompress it first if it "
            "is compressed."
        ) from None
    with tar:
        yield Reader(tar, token)


def _plain_members(tar: tarfile.TarFile) -> Mapping[str, tarfile.TarInfo]:
    """Return the members by name; those that ``backup`` never writes are no members of a backup.

    So a file takes no more room than its bytes in the archive, and no link leads out of it.
    """
    try:
        members = tar.getmembers()
    except tarfile.TarError:
        return {}
    is_plain = [each.islnk() or (each.isreg() and not each.issparse()) for each in members]
    return {each.name: each for each, plain in zip(members, is_plain, strict=True) if plain}


def _decoded(text: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError:
        raise BackupError(
            "The file is not a backup or is incomplete: it has no manifest."
        ) from None
    if manifest.format != FORMAT:
        raise BackupError(
            "The backup was made by a newer Sialoscope. Restore it with that version."
        )
    return manifest


def _has_place(name: str) -> bool:
    """Whether a file is the database or lies below the storage, by a path in its plainest form."""
    path = PurePosixPath(name)
    is_plain = str(path) == name and ".." not in path.parts and "\0" not in name
    return is_plain and (name == DATABASE or (path.parts[0] == STORAGE and len(path.parts) > 1))


def _require_room(needed_bytes: int, folder: Path) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise BackupError(
            f"The backup needs {needed_bytes / GB:,.1f} GB in {folder.parent}, which has "
            f"{free_bytes / GB:,.1f} GB free. Make room first; nothing was restored."
        )


def _damaged(name: str) -> BackupError:
    return BackupError(
        f"The backup is damaged: {name} does not match its hash. Nothing was restored."
    )
