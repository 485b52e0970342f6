"""Runs an export in a limited process, and translates its problems into sentences."""

import errno
import logging
from pathlib import Path

import msgspec

from app.analysis.reporting.formats.format import ExportError
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.runtime.limited_process import Limits, answer_of
from app.web.features.results.downloads.process import Answer, Order
from app.web.http.faults.errors import CannotMakeError
from app.web.http.faults.limit_errors import as_cannot_make

PROCESS = "app.web.features.results.downloads.process"
TOO_LARGE = (
    "This file takes more memory than the server gives to one export. Take Parquet or CSV, or read "
    "the rows by the API."
)
TOO_SLOW = "This file takes longer to make than the server allows. Take Parquet or CSV instead."
FAILED = "The file could not be made, because of an internal error. Choose another format."

logger = logging.getLogger(__name__)


async def carry_out(order: Order, folder: Path, limits: Limits) -> None:
    """Write an export in a process of its own, with its temporary files in ``folder``.

    Raises:
        ExportError: The result does not fit the format.
        JobConflictError: The archive would be empty.
        JobNotFoundError: The job was deleted in the meantime.
        CannotMakeError: The export needs too much memory or time.
        OSError: The disk is full.
    """
    with as_cannot_make(too_slow=TOO_SLOW, too_large=TOO_LARGE):
        line = await answer_of(PROCESS, msgspec.json.encode(order), limits, folder=folder)
    _raise_for(msgspec.json.decode(line, type=Answer))


def _raise_for(answer: Answer) -> None:
    match answer.problem:
        case "":
            return
        case "unfit":
            raise ExportError(answer.text)
        case "empty":
            raise JobConflictError(f"There is nothing to download. {answer.text}")
        case "memory":
            raise CannotMakeError(507, TOO_LARGE)
        case "gone":
            raise JobNotFoundError("The job was deleted meanwhile.")
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device")
    logger.error("An export failed with %s.", answer.text or answer.problem)
    raise CannotMakeError(500, FAILED)
