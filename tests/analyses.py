"""What readers make of an analysis: targets, standards, and what each rule says of each row."""

import polars as pl

from app.analysis.reporting.explanations import explanations
from app.analysis.reporting.result import Analysis
from app.analysis.targets.standards import standards
from app.analysis.targets.targets import targets
from workers.analysis.messages import About

# Of a job of which nothing matters but its table.
ABOUT = About(
    job="",
    who="",
    attempt=1,
    file_name="",
    upload_bytes=0,
    upload_sha256="",
    submitted_at="",
    started_at="",
)


def targets_in(analysis: Analysis) -> pl.DataFrame:
    """The targets of a run (``TARGET_SCHEMA``)."""
    return targets(analysis.kept_model, analysis.stored)


def standards_in(analysis: Analysis) -> pl.DataFrame:
    """The standards to buy after a run (``STANDARD_SCHEMA``)."""
    return standards(analysis.kept_model, analysis.stored)


def explained(analysis: Analysis) -> pl.DataFrame:
    """What each rule says of each row (``EXPLANATION_SCHEMA``)."""
    return explanations(analysis.notes, analysis.prefix_verdicts)
