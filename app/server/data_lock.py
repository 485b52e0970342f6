"""How one Sialoscope at a time has a data folder, as long as its process lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import CannotStartError


class LockedError(CannotStartError):
    """Another Sialoscope has the data folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a data folder for oneself.

    Raises:
        LockedError: another process has it.
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
