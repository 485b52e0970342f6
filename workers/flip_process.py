"""The process that finds what would change the call of a row.

It reads a request a line from standard input and writes an answer a line to standard output. It
keeps the tables of the last requests with the law fitted to them, because a person mostly asks
about several rows of one result.
"""

import gc
import logging
import os
from functools import lru_cache
from pathlib import Path

import msgspec
from polars.exceptions import PanicException

from app.analysis.errors import AnalysisError
from app.analysis.flips.answer import answer
from app.analysis.flips.fitted_table import FittedTable
from app.analysis.library.kept_law import decode_law
from app.analysis.overrides.apply import with_anchors
from app.analysis.reading.cohort import read_cohort
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.contract.flips import FlipAnswer, FlipRequest, Found, NoAnswer, decode_request, encode
from app.observability import logs
from app.runtime.limited_process import requests_until_end
from app.settings import Settings

MOST_TABLES = 2
MOST_ROWS = 1_000_000
TOO_MANY = (
    f"What would change an assignment is not looked for in tables of more than {MOST_ROWS:,} rows. "
    "Submit the sample of the row alone, and ask there."
)

logger = logging.getLogger(__name__)


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # output that a library prints must not get between the answers
    logs.set_up(Settings.from_environment().log_format, "flips", tells_errors=False)
    gc.freeze()  # what was imported stays, so the collector need not look at it
    for line in requests_until_end():
        answers.write(encode(handle(decode_request(line))) + b"\n")


def handle(request: FlipRequest) -> FlipAnswer:
    """Answer a request; every error becomes an answer."""
    try:
        table = _fitted(encode(msgspec.structs.replace(request, row=0)))
        return Found(answer(table, request.row, request.overrides))
    except AnalysisError as error:
        return NoAnswer(problem="table", text=str(error))
    except FileNotFoundError:
        return NoAnswer(problem="gone")
    except MemoryError:
        return NoAnswer(problem="memory")
    except (Exception, PanicException):  # the process must answer every request
        logger.exception("The changes of a row could not be found.")
        return NoAnswer(problem="other")


@lru_cache(maxsize=MOST_TABLES)
def _fitted(encoded: bytes) -> FittedTable:
    request = decode_request(encoded)
    table = Path(request.table)
    if request.files:
        read = read_cohort(table, request.files)
    else:
        read = read_peak_table(table, choices=request.choices)
    if read.height > MOST_ROWS:
        raise AnalysisError(TOO_MANY)
    law = None if request.law is None else decode_law(request.law)
    peaks = with_anchors(read, request.overrides)
    return FittedTable.of(peaks, AnalysisSettings(**request.settings), law)


if __name__ == "__main__":
    main()
