"""The analysis process: reads requests from standard input, writes answers to standard output.

It is a separate process, so that the worker's event loop never waits for Polars, and so that an
analysis can be killed. It lives as long as its worker, which saves the time for imports.
"""

import logging
import signal
import sys
from traceback import format_exc

from polars.exceptions import PanicException

from app.analysis.errors import AnalysisError
from app.contract.events import Event
from app.observability import logs
from app.observability.own_level import apply_level
from app.runtime.disk_full import is_disk_full
from app.runtime.own_answers import own_answers
from app.settings import Settings
from workers.analysis.event_log import Publish, relay_log_lines
from workers.analysis.messages import (
    TOO_MUCH,
    Answer,
    Done,
    Faulted,
    Happened,
    Refused,
    Request,
    decode_request,
    encode,
)
from workers.analysis.run import Measure, run

# How the panic of Polars ends when it gets no memory for a column of equal values.
NO_ZEROED_MEMORY = "`Err` value: ()"
UNEXPECTED = (
    "The analysis stopped on an internal error. The table is kept; please report the job id."
)

logger = logging.getLogger(__name__)


class _StopRequest:
    """Whether the worker asked to stop the current request."""

    is_to_stop = False


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, own_answers()

    def answer(message: Answer) -> None:
        answers.write(encode(message) + b"\n")

    def publish(event: Event) -> None:
        answer(Happened(event))  # type: ignore[arg-type]  # every Event is one of the union

    logs.set_up(Settings.from_environment().log_format, "analysis", tells_errors=False)
    relay_log_lines(publish)
    signal.signal(signal.SIGUSR1, _request_stop)
    for line in requests:
        request = decode_request(line)
        apply_level(request.log_level)
        with logs.marked(**request.marks):
            answer(handle(request, publish, answer))


def handle(
    request: Request, publish: Publish, measure: Measure = lambda _: None
) -> Done | Refused | Faulted:
    """Run one analysis, and turn every error into an answer with a sentence for the user."""
    _StopRequest.is_to_stop = False
    try:
        return Done(run(request, publish, lambda: _StopRequest.is_to_stop, measure))
    except AnalysisError as error:
        return Refused(str(error), type(error).__name__)
    except MemoryError as error:
        return Refused(TOO_MUCH, f"MemoryError: {error}", format_exc())
    except OSError as error:
        logger.exception("The analysis met a fault of the machine.")
        message = f"The storage cannot be used ({error.strerror or error})"
        if is_disk_full(error):
            message = "The disk of the server is full"
        return Faulted(message, f"{type(error).__name__}: {error}", format_exc())
    except (Exception, PanicException) as error:  # the process must answer every request
        if str(error).endswith(NO_ZEROED_MEMORY):
            return Refused(TOO_MUCH, f"{type(error).__name__}: {error}", format_exc())
        logger.exception("The analysis failed.")
        return Refused(UNEXPECTED, f"{type(error).__name__}: {error}", format_exc())


def _request_stop(*_: object) -> None:
    _StopRequest.is_to_stop = True


if __name__ == "__main__":
    main()
