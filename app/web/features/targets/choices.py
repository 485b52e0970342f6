"""The choice of targets in a request, and the targets of a result."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import polars as pl
from litestar.params import Parameter

from app.analysis.reporting.kept_model import FILE as MODEL
from app.analysis.reporting.kept_model import decode_model
from app.analysis.targets.choice import MOST_MARGIN_MIN, USUAL_PROBABILITY, TargetChoice
from app.analysis.targets.standards import standards
from app.analysis.targets.target_ions import NEGATIVE, POLARITIES
from app.analysis.targets.targets import JUDGED, targets
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import Result, result_of
from app.web.features.results.usable_law import require_usable_law
from app.web.http.faults.errors import QueryError

# A page of a list, and the list of another instrument, are asked for soon after the first.
KEPT = 2
TOO_OLD = (
    "This result was made by a version that did not look for missing species and standards. Run "
    "the job again to get them."
)
Polarity = Annotated[
    str,
    Parameter(description="The polarity of the ions.", schema_extra={"enum": list(POLARITIES)}),
]
ProbabilityFrom = Annotated[
    float, Parameter(ge=0, le=1, description="The least probability of a target.")
]
Margin = Annotated[
    float,
    Parameter(
        ge=0,
        le=MOST_MARGIN_MIN,
        description="How many minutes each window of time is widened by on both sides.",
    ),
]


async def target_choice(
    polarity: Polarity = NEGATIVE,
    probability_from: ProbabilityFrom = USUAL_PROBABILITY,
    margin_min: Margin = 0.0,
) -> TargetChoice:
    """The choice in a request.

    Raises:
        QueryError: There is no such polarity.
    """
    if polarity not in POLARITIES:
        raise QueryError(f"There is no polarity {polarity}; use {' or '.join(POLARITIES)}.")
    return TargetChoice(polarity=polarity, probability_from=probability_from, margin_min=margin_min)


def targets_of(job: Job, storage: Folder) -> pl.DataFrame:
    """The targets of a job's result (``TARGET_SCHEMA``).

    Raises:
        JobConflictError: The job has no result, one whose times follow no law, or one of an older
            version without targets.
    """
    return _found(job, storage, "targets.parquet", _targets)


def standards_of(job: Job, storage: Folder) -> pl.DataFrame:
    """The standards to buy after a job (``STANDARD_SCHEMA``).

    Raises:
        JobConflictError: The job has no result, one whose times follow no law, or one of an older
            version without standards.
    """
    return _found(job, storage, "standards.parquet", _standards)


def _found(
    job: Job, storage: Folder, name: str, make: Callable[[Path, Path], pl.DataFrame]
) -> pl.DataFrame:
    """Targets or standards by the model that the result keeps, or its file if it is older."""
    result = result_of(job, storage)
    require_usable_law(job)
    if (model := _path(result, MODEL)) is not None:
        return make(model, result.file("rows.parquet"))
    if (file := _path(result, name)) is not None:
        return pl.read_parquet(file)
    raise JobConflictError(TOO_OLD)


def _path(result: Result, name: str) -> Path | None:
    try:
        return result.file(name)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=KEPT)
def _targets(model: Path, rows: Path) -> pl.DataFrame:
    return targets(decode_model(model.read_bytes()), _judged(rows))


@lru_cache(maxsize=KEPT)
def _standards(model: Path, rows: Path) -> pl.DataFrame:
    return standards(decode_model(model.read_bytes()), _judged(rows))


def _judged(rows: Path) -> pl.DataFrame:
    return pl.read_parquet(rows, columns=list(JUDGED))
