"""The process that finds what would change the call of a row.

It reads a request a line from standard input and writes an answer a line to standard output. It
keeps the table of the last request with the law fitted to it, because a person mostly asks about
several rows of one result. It ends where its memory is exhausted.
"""

import gc
import logging
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
from app.runtime.own_answers import own_answers
from app.settings import Settings

MOST_ROWS = 100_000
TOO_MANY = (
    f"What would change an assignment is not looked for in tables of more than {MOST_ROWS:,} rows. "
    "Submit the sample of the row alone, and ask there."
)

logger = logging.getLogger(__name__)


class LastTable:
    """The table of the last request, with the law fitted to it."""

    def __init__(self) -> None:
        self._request = b""
        self._table: FittedTable | None = None

    def of(self, request: FlipRequest) -> FittedTable:
        """The fitted table of a request. Another one is forgotten first, to free its memory."""
        encoded = encode(msgspec.structs.replace(request, row=0))
        if self._table is None or encoded != self._request:
            self._table = None
            self._table, self._request = _fitted(request), encoded
        return self._table


def main() -> None:
    """Answer requests until standard input ends."""
    answers = own_answers()
    logs.set_up(Settings.from_environment().log_format, "flips", tells_errors=False)
    gc.freeze()  # what was imported stays, so the collector need not look at it
    last = LastTable()
    for line in requests_until_end():
        answers.write(encode(handle(decode_request(line), last)) + b"\n")


def handle(request: FlipRequest, last: LastTable) -> FlipAnswer:
    """Answer a request.

    Raises:
        MemoryError: The memory is exhausted, so the process has to end. Other errors are answers.
    """
    try:
        return Found(answer(last.of(request), request.row, request.overrides))
    except AnalysisError as error:
        return NoAnswer(problem="table", text=str(error))
    except FileNotFoundError:
        return NoAnswer(problem="gone")
    except MemoryError:
        raise
    except (Exception, PanicException):  # the process must answer every request
        logger.exception("The changes of a row could not be found.")
        return NoAnswer(problem="other")


def _fitted(request: FlipRequest) -> FittedTable:
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
