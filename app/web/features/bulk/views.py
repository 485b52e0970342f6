"""Actions on many jobs as the API and the pages show them."""

from datetime import datetime

import msgspec

from app.db.jobs.changes.bulk_actions import BulkState, reasons_of
from app.db.jobs.tables import BulkAction

SHOWN_REASONS = 20


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A job that the action could not be applied to, and why; a deleted one has its id as name."""

    file_name: str
    detail: str


class BulkView(msgspec.Struct, frozen=True, kw_only=True):
    """An action on all jobs that matched a filter when it began.

    ``processed`` of ``total`` jobs are ``done`` or ``refused``; the first 200 of these have their
    ``reasons``. ``state`` is running, ended, or stopped because the account was disabled.
    """

    id: str
    action: str
    q: str
    tags: list[str]
    state: str
    total: int
    processed: int
    done: int
    refused: int
    reasons: list[RefusedView]
    created_at: datetime
    finished_at: datetime | None
    links: dict[str, str]

    @property
    def is_running(self) -> bool:
        """Whether more jobs follow."""
        return self.state == BulkState.RUNNING


def bulk_view(row: BulkAction) -> BulkView:
    """The view of a stored action."""
    return BulkView(
        id=row.id,
        action=row.action,
        q=row.query,
        tags=row.tags.split(),
        state=row.state,
        total=row.total,
        processed=row.place,
        done=row.done,
        refused=row.refused,
        reasons=[RefusedView(file_name=each.name, detail=each.why) for each in reasons_of(row)],
        created_at=row.created_at,
        finished_at=row.finished_at,
        links={"self": f"/api/v1/bulk-actions/{row.id}", "page": f"/jobs/actions/{row.id}"},
    )
