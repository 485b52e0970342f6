"""Write the file of a backup."""

import io
import os
import tarfile
from hashlib import file_digest
from pathlib import Path
from typing import IO

import msgspec

from app.commands.backup.archive import MANIFEST, SIGNATURE, STORAGE, Hashing, Manifest, Member
from app.commands.backup.signature import signature_of


class Writer:
    """Writes an archive, which gets its final name once it is complete."""

    def __init__(self, path: Path, manifest: Manifest, token: str) -> None:
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        self._manifest, self._token = manifest, token
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
        hashing = Hashing(file)
        self._tar.addfile(info, hashing)
        return Member(info.size, hashing.digest.hexdigest())

    def add_below(self, key: str, path: Path) -> None:
        """Add a file, or all files of a folder, to the archive under a storage key."""
        if path.is_dir():
            for each in sorted(path.iterdir()):
                self.add_below(f"{key}/{each.name}", each)
            return
        try:
            self.add(f"{STORAGE}/{key}", path)
        except FileNotFoundError:
            self._manifest.gone.append(key)

    def finish(self) -> None:
        """Write the manifest, sign it if there is a token, and give the archive its final name."""
        text = msgspec.json.format(msgspec.json.encode(self._manifest))
        self._add_text(MANIFEST, text)
        if self._token:
            self._add_text(SIGNATURE, signature_of(text, self._token))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.rename(self._path)

    def _add_text(self, name: str, text: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        self._tar.addfile(info, io.BytesIO(text))

    def discard(self) -> None:
        """Delete the unfinished archive."""
        self._file.close()
        self._partial.unlink(missing_ok=True)
