"""From a peak table to calls: every rule in its order."""

import logging
from collections.abc import Callable

import polars as pl

from app.analysis.alignment import add_drift
from app.analysis.errors import PeakTableError
from app.analysis.evidence import add_codes
from app.analysis.models import model_report
from app.analysis.result import ROW_SCHEMA, Analysis
from app.analysis.rule import RuleReport, Study, report
from app.analysis.rules import RULES
from app.analysis.settings import AnalysisSettings
from app.analysis.species import add_species
from app.analysis.trail import findings, notes

MOST_RT_MIN = 10_000
LEAST_AREA, MOST_AREA = 1e-100, 1e100

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
        notes=notes(study),
        findings=findings(study),
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
    coded, names = add_codes(_mark_absurd(add_species(peaks)))
    _require_usable(coded)
    study = Study(peaks=add_drift(coded), names=names, settings=settings)
    for rule in RULES:
        study = rule.apply(study)
        told = report(rule, study)
        logger.info("Rule %d, %s: %s.", rule.number, rule.title, _in_words(told.counts))
        on_rule(told)
    return study


def _mark_absurd(peaks: pl.DataFrame) -> pl.DataFrame:
    """Peaks with numbers that no instrument gives get a problem; they would swamp all others."""
    absurd = (
        pl.when(pl.col("rt_min").abs() > MOST_RT_MIN)
        .then(pl.lit(f"Its retention time is beyond {MOST_RT_MIN:,} min."))
        .when(~pl.col("peak_area").is_between(LEAST_AREA, MOST_AREA))
        .then(pl.lit(f"Its volume is not between {LEAST_AREA:g} and {MOST_AREA:g}."))
    )
    return peaks.with_columns(problem=pl.coalesce("problem", absurd))


def _require_usable(peaks: pl.DataFrame) -> None:
    if peaks.is_empty():
        raise PeakTableError("The peak table has no rows. Choose one with at least one row.")
    if peaks["species_code"].null_count() == peaks.height:
        reasons = peaks["problem"].value_counts(sort=True)
        raise PeakTableError(
            f"None of the {peaks.height:,} rows can be used. The most frequent reason: "
            f"{reasons['problem'][0]}"
        )


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {verdict}" for verdict, number in counts.items()) or "no rows"
