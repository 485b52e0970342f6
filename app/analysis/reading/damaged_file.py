"""Report a file that is damaged in a sentence, whatever the library that reads it raises."""

import csv
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from polars.exceptions import PanicException, PolarsError

from app.analysis.errors import PeakTableError
from app.analysis.reading.text.encoding import WHAT_TO_DO

DAMAGED = (
    PolarsError,
    PanicException,  # Polars panics on some damaged files
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


@contextmanager
def damage_reported(kind: str) -> Iterator[None]:
    """Report what is raised within by a damaged file; ``kind`` is its format in words.

    Raises:
        PeakTableError: the file is damaged.
    """
    try:
        yield
    except BaseException as error:
        if not _is_of_damage(error):
            raise
        raise PeakTableError(f"The file is {kind} that is damaged. {WHAT_TO_DO}") from error


def _is_of_damage(error: BaseException) -> bool:
    from fastexcel import FastExcelError  # takes long to import, and files are rarely damaged

    # The panics of calamine have a class of their own that cannot be imported.
    is_panic = type(error).__name__ == PanicException.__name__
    return is_panic or isinstance(error, (*DAMAGED, FastExcelError))
