"""Runs one analysis in steps: read the table, apply the rules and overrides, save the result."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import polars as pl
from msgspec.structs import replace

from app.analysis.errors import AnalysisError
from app.analysis.library.kept_law import decode_law
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
from app.analysis.reading.decisions import OnNote
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from app.analysis.rules import RULES
from app.analysis.rules.rule import RuleReport
from app.analysis.settings import AnalysisSettings
from app.contract.events import RuleDone, entered, logged
from app.contract.tasks import Step, percentage_after_rule
from workers.analysis.event_log import Publish
from workers.analysis.job_summary import summary_of
from workers.analysis.messages import TOO_LONG, Measured, Request
from workers.analysis.refit_moves import moves_of
from workers.analysis.result_files import save
from workers.analysis.step_meter import StepMeter

Measure = Callable[[Measured], None]
IsToStop = Callable[[], bool]


class AskedToStopError(AnalysisError):
    """The worker's soft time limit has passed."""


def run(
    request: Request,
    publish: Publish,
    is_to_stop: IsToStop,
    measure: Measure = lambda _: None,
) -> dict[str, object]:
    """Run the steps of a job, report each as it starts and as it ends, and return the summary.

    Raises:
        AnalysisError: the table cannot be analyzed, or the worker asked to stop.
        OSError: the storage cannot be used.
    """
    meter = StepMeter(measure)
    publish(entered(Step.LOADING, "Reading the peak table."))
    moves = moves_of(request, publish)
    moves.begin()
    read, notes = _read(request, publish)
    meter.end("reading")
    publish(entered(Step.PREPROCESSING, f"Parsing the names of {read.height:,} rows."))
    peaks = with_anchors(read, request.overrides)
    ruled = analyze(
        peaks,
        AnalysisSettings(**request.settings),
        _reports_of_rules(publish, meter, is_to_stop),
        on_prepared=lambda: meter.end("preparing"),
        on_fitted=moves.fitted,
        library=None if request.library is None else decode_law(request.library.law),
    )
    analysis, before = _overridden(ruled.with_notes(notes), read, request.overrides)
    meter.end("reporting")
    publish(
        entered(Step.SAVING, f"Saving {analysis.encoded.height:,} rows with their assignments.")
    )
    save(analysis, peaks, before, request)
    moves.saved(analysis.encoded)
    meter.end("saving")
    return summary_of(analysis, request) | moves.summary()


def _read(request: Request, publish: Publish) -> tuple[pl.DataFrame, list[str]]:
    """Return the peaks of a job, and the notes on how they were read, which are published too."""
    notes: list[str] = []
    read = _read_table(request, notes.append)
    for note in notes:
        publish(logged("info", note))
    return read, notes


def _read_table(request: Request, on_note: OnNote) -> pl.DataFrame:
    """Read the peaks of a job's table, or of all files of its cohort.

    Raises:
        PeakTableError: there is no table with names, retention times and areas.
    """
    table = Path(request.table)
    if request.files:
        return read_cohort(table, request.files, on_note=on_note)
    return read_peak_table(table, choices=request.choices, on_note=on_note)


def _overridden(
    analysis: Analysis, read: pl.DataFrame, overrides: Overrides
) -> tuple[Analysis, pl.DataFrame | None]:
    """Return an analysis with the overrides that are applied, and warnings of the others.

    And the overridden rows as they were before, None without any override.
    """
    if not overrides:
        return analysis, None
    applied = usable_overrides(analysis.stored, overrides)
    applied_rows = {each.row for each in applied}
    left_out = [each for each in overrides if each.row not in applied_rows]
    warnings = (*analysis.warnings, *warnings_of_overrides(analysis.stored, left_out))
    rows = without_anchors(with_calls(analysis.stored, applied), read, left_out)
    before = rows_before_overrides(analysis.stored, read, applied)
    return replace(analysis, encoded=rows, warnings=warnings), before


def _reports_of_rules(
    publish: Publish, meter: StepMeter, is_to_stop: IsToStop
) -> Callable[[RuleReport], None]:
    """Return a function that publishes each finished rule, and stops a run that takes too long."""
    numbers = count(1)

    def report(rule: RuleReport) -> None:
        meter.end(f"rule {rule.number}")
        publish(RuleDone(number=rule.number, title=rule.title, counts=rule.counts))
        percentage = percentage_after_rule(next(numbers), len(RULES))
        publish(entered(Step.RULES, f"Rule {rule.number}: {rule.title}.", percentage))
        if is_to_stop():
            raise AskedToStopError(TOO_LONG)

    return report
