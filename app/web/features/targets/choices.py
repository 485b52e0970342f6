"""The choice of targets in a request, and the targets of a result."""

from typing import Annotated

import polars as pl
from litestar.params import Parameter

from app.analysis.targets.choice import MOST_MARGIN_MIN, USUAL_PROBABILITY, TargetChoice
from app.analysis.targets.target_ions import NEGATIVE, POLARITIES
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.http.errors import QueryError

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
        JobConflictError: The job has no result, or one of an older version without targets.
    """
    return _read(job, storage, "targets.parquet")


def standards_of(job: Job, storage: Folder) -> pl.DataFrame:
    """The standards to buy after a job (``STANDARD_SCHEMA``).

    Raises:
        JobConflictError: The job has no result, or one of an older version without standards.
    """
    return _read(job, storage, "standards.parquet")


def _read(job: Job, storage: Folder, name: str) -> pl.DataFrame:
    result = result_of(job, storage)
    try:
        path = result.file(name)
    except FileNotFoundError:
        raise JobConflictError(TOO_OLD) from None
    return pl.read_parquet(path)
