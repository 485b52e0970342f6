"""Tell the user of a command which file cannot be read or written, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.commands.errors import FileError


@contextmanager
def while_reading(path: Path) -> Iterator[None]:
    """Read a file within this block.

    Raises:
        FileError: it cannot be read.
    """
    try:
        yield
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def while_writing(path: Path) -> Iterator[None]:
    """Write a file within this block.

    Raises:
        FileError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}.") from None
