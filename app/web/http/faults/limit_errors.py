"""Turns the limits that a process has reached into sentences for the reader who waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.runtime.limited_process import ProcessDiedError, TookTooLongError
from app.web.http.faults.errors import CannotMakeError


@contextmanager
def as_cannot_make(*, too_slow: str, too_large: str) -> Iterator[None]:
    """Say that what a limited process makes takes too much time or memory.

    Raises:
        CannotMakeError: The process took too long, or ended without an answer.
    """
    try:
        yield
    except TookTooLongError:
        raise CannotMakeError(503, too_slow) from None
    except ProcessDiedError:
        raise CannotMakeError(507, too_large) from None
