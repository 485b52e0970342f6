"""Make a data folder and lock it, so that only one Sialoscope uses it at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.runtime.disk_full import is_disk_full
from app.settings import CannotStartError, Settings

MAKE_ROOM = "Make room on its disk, which is most likely full."


class LockedError(CannotStartError):
    """Another Sialoscope uses the data folder."""


def make_data_folder(settings: Settings) -> None:
    """Make the data folder if it is missing.

    Raises:
        CannotStartError: it cannot be made.
    """
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "Set SIALOSCOPE_DATA to a folder that can be written."
        advice = MAKE_ROOM if is_disk_full(error) else advice
        raise CannotStartError(f"The data folder cannot be used ({error}). {advice}") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder while the body of the ``with`` runs.

    Raises:
        LockedError: another process holds the lock.
    """
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"Another Sialoscope is running on {folder}. Stop it first, or set "
                "SIALOSCOPE_DATA to another folder."
            ) from None
        yield
