"""The analysis process: reads requests from standard input, writes answers to standard output.

It is a separate process, so that the worker's event loop never waits for Polars, and so that an
analysis can be killed. It lives as long as its worker, which saves the time for imports.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exc

import polars as pl
from polars.exceptions import PanicException

from app.analysis.errors import AnalysisError
from app.analysis.overrides.apply import (
    rows_before_overrides,
    usable_overrides,
    warnings_of_overrides,
    with_anchors,
    with_calls,
    without_anchors,
)
from app.analysis.overrides.override import Overrides
from app.analysis.pipeline import analyze
from app.analysis.reading.cohort import read_cohort
from app.analysis.reading.long_table import OnNote
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from app.analysis.rules import RULES
from app.analysis.rules.rule import RuleReport
from app.analysis.settings import AnalysisSettings
from app.contract.events import Event, RuleDone, entered, logged
from app.contract.tasks import Step, percentage_after_rule
from app.observability import logs
from app.runtime.disk_full import is_disk_full
from app.settings import Settings
from workers.messages import (
    TOO_LONG,
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
from workers.run_record import run_record, write_record

# More bytes than a full disk can take.
# How the panic of Polars ends when it gets no memory for a column of equal values.
NO_ZEROED_MEMORY = "`Err` value: ()"
PROBE_BYTES = 1_000_000
UNEXPECTED = (
    "The analysis stopped on an internal error. The table is kept; please report the job id."
)

Publish = Callable[[Event], None]


class AskedToStopError(AnalysisError):
    """The worker's soft time limit has passed."""


class _StopRequest:
    """Whether the worker asked to stop the current request."""

    is_to_stop = False


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # output that a library prints must not get between the answers

    def answer(message: Answer) -> None:
        answers.write(encode(message) + b"\n")

    def publish(event: Event) -> None:
        answer(Happened(event))  # type: ignore[arg-type]  # every Event is one of the union

    logs.set_up(Settings.from_environment().log_format, "analysis", tells_errors=False)
    relay_log_lines(publish)
    signal.signal(signal.SIGUSR1, _request_stop)
    for line in requests:
        request = decode_request(line)
        with logs.marked(**request.marks):
            answer(handle(request, publish))


def handle(request: Request, publish: Publish) -> Done | Refused | Faulted:
    """Run one analysis, and turn every error into an answer with a sentence for the user."""
    _StopRequest.is_to_stop = False
    try:
        return Done(run(request, publish))
    except AnalysisError as error:
        return Refused(str(error), type(error).__name__)
    except MemoryError as error:
        return Refused(TOO_MUCH, f"MemoryError: {error}", format_exc())
    except OSError as error:
        logging.getLogger(__name__).exception("The analysis met a fault of the machine.")
        message = f"The storage cannot be used ({error.strerror or error})"
        if is_disk_full(error):
            message = "The disk of the server is full"
        return Faulted(message, f"{type(error).__name__}: {error}", format_exc())
    except (Exception, PanicException) as error:  # the process must answer every request
        if str(error).endswith(NO_ZEROED_MEMORY):
            return Refused(TOO_MUCH, f"{type(error).__name__}: {error}", format_exc())
        logging.getLogger(__name__).exception("The analysis failed.")
        return Refused(UNEXPECTED, f"{type(error).__name__}: {error}", format_exc())


def run(request: Request, publish: Publish) -> dict[str, object]:
    """Run the steps of a job, report each as it starts, and return the summary."""
    publish(entered(Step.LOADING, "Reading the peak table."))
    notes: list[str] = []
    read = read_table(request, notes.append)
    peaks = with_anchors(read, request.overrides)
    for note in notes:
        publish(logged("info", note))
    publish(entered(Step.PREPROCESSING, f"Parsing the names of {peaks.height:,} rows."))
    settings = AnalysisSettings(**request.settings)
    reports: list[RuleReport] = []

    def on_rule(report: RuleReport) -> None:
        reports.append(report)
        _report_rule(publish, report, done=len(reports))
        if _StopRequest.is_to_stop:
            raise AskedToStopError(TOO_LONG)

    ruled = analyze(peaks, settings, on_rule)
    applied = usable_overrides(ruled.rows, request.overrides)
    analysis = overridden(ruled, read, request.overrides, applied)
    publish(entered(Step.SAVING, f"Saving {analysis.rows.height:,} calls."))
    save(analysis, peaks, rows_before_overrides(ruled.rows, read, applied), request)
    return summarize(analysis.with_notes(notes))


def read_table(request: Request, on_note: OnNote) -> pl.DataFrame:
    """Read the peaks of a job's table, or of all files of its cohort.

    Raises:
        PeakTableError: there is no table with names, retention times and areas.
    """
    table = Path(request.table)
    if request.files:
        return read_cohort(table, request.files, on_note=on_note)
    return read_peak_table(table, choices=request.choices, on_note=on_note)


def overridden(
    analysis: Analysis, read: pl.DataFrame, overrides: Overrides, applied: Overrides
) -> Analysis:
    """Return an analysis with the overrides that are applied, and warnings of the others."""
    left_out = [each for each in overrides if each not in applied]
    warnings = (*analysis.warnings, *warnings_of_overrides(analysis.rows, left_out))
    rows = without_anchors(with_calls(analysis.rows, applied), read, left_out)
    return replace(analysis, rows=rows, warnings=warnings)


def _request_stop(*_: object) -> None:
    _StopRequest.is_to_stop = True


def save(analysis: Analysis, peaks: pl.DataFrame, ruled: pl.DataFrame, request: Request) -> None:
    """Write the frames of an analysis as Parquet files, and the record of its run.

    ``ruled`` has the overridden rows as they were before the overrides.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        analysis.rows.write_parquet(folder / "rows.parquet")
        analysis.models.write_parquet(folder / "models.parquet")
        analysis.notes.write_parquet(folder / "notes.parquet")
        analysis.prefix_verdicts.write_parquet(folder / "findings.parquet")
        peaks.select("row", "mz", "adduct").write_parquet(folder / "ions.parquet")
        if request.overrides:
            ruled.write_parquet(folder / "ruled.parquet")
    except pl.exceptions.ComputeError as error:  # Polars raises it when the disk is full
        _require_room(folder)  # because Polars hides the error of the system
        raise OSError("the result could not be written") from error
    write_record(run_record(request, analysis.rows), folder)


def _require_room(folder: Path) -> None:
    """Write a small file, to get the system's error if writing fails.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    probe = folder / "probe"
    probe.write_bytes(bytes(PROBE_BYTES))
    probe.unlink()


def summarize(analysis: Analysis) -> dict[str, object]:
    """Return the numbers for the job list and the top of the result page."""
    return {
        "rows": analysis.rows.height,
        "counts": analysis.counts(),
        "false_discovery_rate": analysis.false_discovery_rate,
        "models": analysis.models.height,
        "warnings": [
            {"code": warning.code, "message": warning.message, "rows": list(warning.rows)}
            for warning in analysis.warnings
        ],
    }


def relay_log_lines(publish: Publish) -> None:
    """Send the analysis's log records, from level info, to the users of the job."""
    handler = _EventHandler(publish)
    logger = logging.getLogger("app.analysis")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False  # they may quote cells, which the server's log must not contain


class _EventHandler(logging.Handler):
    def __init__(self, publish: Publish) -> None:
        super().__init__()
        self._publish = publish

    def emit(self, record: logging.LogRecord) -> None:
        self._publish(
            logged(
                record.levelname.lower(),
                record.getMessage(),
                logger=record.name,
                rule=getattr(record, "rule", None),
                at=datetime.fromtimestamp(record.created, UTC),
            )
        )


def _report_rule(publish: Publish, report: RuleReport, *, done: int) -> None:
    publish(RuleDone(number=report.number, title=report.title, counts=report.counts))
    percentage = percentage_after_rule(done, len(RULES))
    publish(entered(Step.RULES, f"Rule {report.number}: {report.title}.", percentage))


if __name__ == "__main__":
    main()
