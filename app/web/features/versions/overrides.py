"""Checks that overrides fit the result of the job that they change."""

from app.analysis.apply_overrides import check_overridden_rows
from app.analysis.overrides import Override, OverrideError, validate_overrides
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import result_of

NOTHING = "Override at least one row, or run the job again as it is."


def usable_overrides(job: Job, overrides: list[Override], storage: Folder) -> tuple[Override, ...]:
    """The overrides in order, if the result of the job has their rows.

    Raises:
        OverrideError: There are none, or one cannot be applied.
        JobConflictError: The job has no result.
    """
    if not overrides:
        raise OverrideError(NOTHING)
    ordered = validate_overrides(overrides)
    rows = result_of(job, storage).rows().select("row", "call", "predicted_rt_min", "reason")
    check_overridden_rows(rows.collect(), ordered)
    return ordered
