"""Analyze a peak table: run every rule in its order, and report the calls."""

import logging
from collections.abc import Callable
from functools import partial

import polars as pl
from msgspec.structs import replace

from app.analysis.computing.freed_memory import give_back
from app.analysis.computing.parallel import without_blas_threads
from app.analysis.library.law import RetentionLaw
from app.analysis.names.species_table import SpeciesTable
from app.analysis.reporting.explanations import notes, prefix_verdicts
from app.analysis.reporting.false_discoveries import false_discovery_rate
from app.analysis.reporting.kept_model import KeptModel
from app.analysis.reporting.models import model_report
from app.analysis.reporting.result import Analysis
from app.analysis.reporting.rows import result_rows
from app.analysis.rules import RULES, retention_model
from app.analysis.rules.rule import RuleReport, report_of
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.calls import assignment
from app.analysis.state.measured_times import in_measured_times
from app.analysis.state.preparation.prepare import prepare
from app.analysis.state.preparation.several_methods import outlier_warnings

logger = logging.getLogger(__name__)


def analyze(
    peaks: pl.DataFrame,
    settings: AnalysisSettings,
    on_rule: Callable[[RuleReport], None] = lambda _: None,
    *,
    on_prepared: Callable[[], None] = lambda: None,
    on_fitted: Callable[[AnalysisState], None] = lambda _: None,
    library: RetentionLaw | None = None,
) -> Analysis:
    """Call every row of a peak table (``PEAK_SCHEMA``).

    ``on_rule`` receives the report of each rule once it has run; what it raises ends the analysis.
    ``on_prepared`` is called before the first rule, ``on_fitted`` once the retention model is
    fitted and every peak is explained by it. ``library`` is the retention law of an earlier run of
    the method: the prior of the law of this run, if the column is the same.

    Raises:
        PeakTableError: no row can be used.
    """
    state = run_rules(
        peaks, settings, on_rule, on_prepared=on_prepared, on_fitted=on_fitted, library=library
    )
    rows = result_rows(state)
    return Analysis(
        encoded=rows,
        make_models=partial(model_report, state),
        make_prefix_verdicts=partial(prefix_verdicts, state),
        make_notes=partial(notes, state),
        warnings=(*state.warnings, *outlier_warnings(rows)),
        false_discovery_rate=false_discovery_rate(rows, state.accepted_decoys),
        library_use=state.library_use,
        make_law=partial(_law, state),
        kept_model=_kept_model(state),
    )


def _law(state: AnalysisState) -> RetentionLaw | None:
    """What a retention library may keep of the run."""
    if state.model is None or state.curve is not None:
        return None
    from app.analysis.library.law_of_run import law_of  # few runs are asked for it

    return law_of(state.model, state.arrays.time_scale)


def _kept_model(state: AnalysisState) -> KeptModel | None:
    """What targets are found from, when somebody reads them."""
    if state.model is None:
        return None
    groups = SpeciesTable.of(state.isomer_groups)
    model = replace(state.model, curve=state.curve)
    return KeptModel(model, state.arrays.species_table, groups)


def run_rules(
    peaks: pl.DataFrame,
    settings: AnalysisSettings,
    on_rule: Callable[[RuleReport], None] = lambda _: None,
    *,
    on_prepared: Callable[[], None] = lambda: None,
    on_fitted: Callable[[AnalysisState], None] = lambda _: None,
    library: RetentionLaw | None = None,
) -> AnalysisState:
    """Run the rules, and return the state with the fitted model and all that the rules found.

    Raises:
        PeakTableError: no row can be used.
    """
    state = replace(prepare(peaks, settings), library=library)
    on_prepared()
    for rule in RULES:
        with without_blas_threads():
            state = rule.apply(state)
        if rule.is_heavy and len(state.arrays.blocks) > 1:
            state = state.released()
            give_back()
        if rule is retention_model.RULE:
            on_fitted(state)
        report = report_of(rule, state)
        about = {"rule": rule.number}
        logger.info(
            "Rule %d, %s: %s.", rule.number, rule.title, _in_words(report.counts), extra=about
        )
        on_rule(report)
    return in_measured_times(state)


def _in_words(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{number:,} {assignment(verdict)}" for verdict, number in counts.items())
        or "no rows"
    )
