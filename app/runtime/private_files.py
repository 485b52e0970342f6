"""Keep the files that Sialoscope writes private to its user, whatever the umask of the shell is.

Every command first sets the umask and removes the access that an older version, or another umask,
gave to other users. A file that belongs to another user may be a trap: it is refused and never
repaired, because its owner may have it open already.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from pwd import getpwuid
from urllib.parse import urlsplit

from app.runtime.umask import OTHERS
from app.settings import CannotStartError, Settings, broker_socket

# The files that SQLite keeps for a database: itself, and those beside it.
BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")

logger = logging.getLogger(__name__)


class NotPrivateError(CannotStartError):
    """A file, folder or socket may be under another user's control; the text says what to do."""


def repair_modes(settings: Settings) -> None:
    """Remove other users' access to the data, the database, the storage and the broker's socket.

    Raises:
        NotPrivateError: something in the data folder belongs to another user.
    """
    require_own_socket(settings)
    _require_own_folder(settings.data_folder)
    for folder in (settings.data_folder, *_storage_folder(settings)):
        _close_folder(folder)
    for file in _database_files(settings):
        _close(file)


def require_own_socket(settings: Settings) -> None:
    """Make sure that no other user can listen on the socket of the embedded broker.

    Raises:
        NotPrivateError: another user prepared the socket, or its folder in the shared folder for
            temporary files.
    """
    socket = broker_socket(settings.data_folder)
    if not settings.has_embedded_broker:
        return
    if socket.parent != settings.data_folder:
        _make_private_folder(socket.parent)
    if (found := _found(socket)) is None:
        return
    _require_own(socket, found)
    if not stat.S_ISSOCK(found.st_mode):
        raise NotPrivateError(f"{socket} is not a socket. Delete it; the broker makes its own.")


def _make_private_folder(folder: Path) -> None:
    """Make a folder in a place where everybody may write, or use the one from an earlier start."""
    place = folder.parent.stat()
    if place.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not place.st_mode & stat.S_ISVTX:
        raise NotPrivateError(
            f"Everybody may replace files of others in {folder.parent} (it lacks the sticky bit). "
            "Set TMPDIR to another folder, or SIALOSCOPE_DATA to a shorter path."
        )
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    _require_own(folder, found)
    if not stat.S_ISDIR(found.st_mode):
        raise NotPrivateError(f"{folder} is not a folder. Delete it; Sialoscope makes its own.")
    folder.chmod(0o700)


def _require_own_folder(folder: Path) -> None:
    """Refuse a data folder that another user made, or in which another user has a file."""
    if folder.is_dir():
        for path in (folder, *folder.iterdir()):
            if (found := _found(path)) is not None:
                _require_own(path, found)


def _close_folder(folder: Path, *, is_reachable: bool = False) -> None:
    """Make a folder private, and then its contents.

    Subfolders are visited only if others could reach them: a storage may hold a million files.
    """
    if not folder.is_dir() or folder.is_symlink():
        return
    is_reachable = _close(folder) or is_reachable
    for path in folder.iterdir():
        was_open = _close(path)
        if is_reachable or was_open:
            _close_folder(path, is_reachable=True)


def _close(path: Path) -> bool:
    """Remove other users' access to a path; return whether they had any."""
    found = _found(path)
    if found is None or stat.S_ISLNK(found.st_mode) or not found.st_mode & OTHERS:
        return False
    try:
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return False
    except OSError as error:  # another user owns it, or the file system has no permissions
        logger.warning("%s stays open to others: %s", path, error.strerror)
    return True


def _found(path: Path) -> os.stat_result | None:
    """Return what is at a path; None if nothing is, or if the checks at the start will say why."""
    try:
        return path.lstat()
    except OSError:
        return None


def _require_own(path: Path, found: os.stat_result) -> None:
    """Refuse a path that belongs neither to our user nor to root."""
    us = os.geteuid()
    if found.st_uid not in (us, 0):
        raise NotPrivateError(
            f"{path} belongs to {_name(found.st_uid)}, and this is {_name(us)}. Run the command as "
            f"{_name(found.st_uid)} if that is the user of your installation (runuser -u "
            f"{_name(found.st_uid)} -- sialoscope ...); otherwise somebody else prepared it: "
            "delete it or set SIALOSCOPE_DATA to a folder of your own."
        )


def _name(user: int) -> str:
    try:
        return getpwuid(user).pw_name
    except KeyError:  # a container may run as a user id that has no name
        return str(user)


def _storage_folder(settings: Settings) -> Iterator[Path]:
    if settings.storage_url.startswith("file:"):
        yield Path(urlsplit(settings.storage_url).path)


def _database_files(settings: Settings) -> Iterator[Path]:
    if settings.database_url.startswith("sqlite:///"):
        path = settings.database_url.removeprefix("sqlite:///")
        yield from (Path(path + ending) for ending in BESIDE_DATABASE)
