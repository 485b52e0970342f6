"""The file that a command reads: a path, or standard input."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from app.commands.file_errors import while_reading

STANDARD_INPUT = Path("-")


@contextmanager
def input_file(path: Path) -> Iterator[Path]:
    """Yield the path of a file; for ``-``, that of a copy of standard input, deleted afterwards.

    Raises:
        FileError: the file, or standard input, cannot be read.
    """
    if path != STANDARD_INPUT:
        with while_reading(path):
            yield path
        return
    with (
        while_reading(Path("Standard input")),
        _standard_input() as given,
        TemporaryDirectory() as folder,
    ):
        copy = Path(folder, "standard input")
        with copy.open("wb") as written:
            shutil.copyfileobj(given, written)
        yield copy


def _standard_input() -> BinaryIO:
    """Open standard input, also where Python has no ``sys.stdin`` because it was closed.

    Raises:
        OSError: it was closed.
    """
    return os.fdopen(0, "rb", closefd=False)
