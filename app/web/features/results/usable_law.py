"""Refuse to use the retention law of a result whose times follow none."""

import msgspec

from app.analysis.state.doubts.doubted_classes import WITHOUT_LAW
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job


def require_usable_law(job: Job) -> None:
    """Do nothing if other tables, or missing species, may be judged by the law of this result.

    Raises:
        JobConflictError: its warnings say that its times follow no law; the first one is told.
    """
    warnings = msgspec.json.decode(job.summary)["warnings"] if job.summary else []
    for warning in warnings:
        if warning["code"] in WITHOUT_LAW:
            raise JobConflictError(f"This result has no retention law to use. {warning['message']}")
