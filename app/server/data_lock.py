"""Lock a data folder, so that only one Sialoscope uses it at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import CannotStartError


class LockedError(CannotStartError):
    """Another Sialoscope uses the data folder."""


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
