"""From a peak table to calls: every rule in its order."""

import logging
from collections.abc import Callable

import polars as pl

from app.analysis.alignment import add_drift
from app.analysis.errors import PeakTableError
from app.analysis.models import model_report
from app.analysis.result import ROW_SCHEMA, Analysis
from app.analysis.rule import Rule, RuleReport, Study, report
from app.analysis.rules import RULES
from app.analysis.settings import AnalysisSettings
from app.analysis.species import add_species

logger = logging.getLogger(__name__)


def analyze(
    peaks: pl.DataFrame,
    settings: AnalysisSettings,
    on_rule: Callable[[RuleReport], None] = lambda _: None,
) -> Analysis:
    """Call every row of a peak table (``PEAK_SCHEMA``).

    ``on_rule`` hears of each rule once it has run; what it raises ends the analysis.

    Raises:
        PeakTableError: no row can be used.
    """
    study = run_rules(peaks, settings, on_rule)
    return Analysis(
        rows=study.peaks.select(*ROW_SCHEMA).cast(ROW_SCHEMA),  # type: ignore[arg-type]
        models=model_report(study),
        trail=trail(study),
        warnings=study.warnings,
    )


def run_rules(
    peaks: pl.DataFrame,
    settings: AnalysisSettings,
    on_rule: Callable[[RuleReport], None] = lambda _: None,
) -> Study:
    """What ``analyze`` finds, with the fitted model and all that the rules noted.

    Raises:
        PeakTableError: no row can be used.
    """
    study = Study(peaks=add_drift(add_species(peaks)), settings=settings)
    _require_usable(study)
    for rule in RULES:
        study = rule.apply(study)
        told = report(rule, study)
        logger.info("Rule %d, %s: %s.", rule.number, rule.title, _in_words(told.counts))
        on_rule(told)
    return study


def trail(study: Study) -> pl.DataFrame:
    """What each rule said about each row (``TRAIL_SCHEMA``), in the order of rows and rules."""
    said = [_said(rule, study) for rule in RULES]
    return pl.concat(said).drop_nulls("verdict").sort("row", maintain_order=True)


def _said(rule: Rule, study: Study) -> pl.DataFrame:
    peaks = study.peaks
    if rule.sentence is None:
        findings = study.findings[rule.number].select("prefix", sentence="sentence")
        peaks = peaks.join(findings, on="prefix", how="left", maintain_order="left")
    return peaks.select(
        "row",
        rule=pl.lit(rule.number, dtype=pl.UInt8),
        verdict=rule.verdict,
        sentence=pl.col("sentence") if rule.sentence is None else rule.sentence,
    )


def _require_usable(study: Study) -> None:
    if study.usable.is_empty():
        reasons = study.peaks["problem"].value_counts(sort=True)
        raise PeakTableError(
            f"None of the {study.peaks.height:,} rows can be used. The most frequent reason: "
            f"{reasons['problem'][0]}"
        )


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {verdict}" for verdict, number in counts.items()) or "no rows"
