"""Actions on many jobs as the API and the pages show them, and how one is begun."""

from datetime import datetime

import msgspec

from app.db.jobs.bulk_actions import BulkState, add_bulk_action, reasons_of
from app.db.jobs.errors import JobConflictError
from app.db.jobs.labels import checked_tags
from app.db.jobs.search import JobFilter, matching_ids
from app.db.jobs.tables import BulkAction
from app.web.features.bulk.runner import BulkRunner
from app.web.features.jobs.bulk_actions import ACTIONS, TAGGING
from app.web.features.jobs.query_language import parse
from app.web.http.errors import QueryError
from app.web.http.security import User, require

MOST_MATCHING = 20_000
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


async def begin(
    user: User,
    runner: BulkRunner,
    action: str,
    q: str,
    *,
    tags: list[str] | None = None,
    expected: int | None = None,
) -> BulkView:
    """Begin an action on all of a user's jobs that match a filter now.

    Raises:
        QueryError: The filter cannot be read, or matches no job or too many.
        JobConflictError: It does not match as many jobs as ``expected``.
        LabelError: A tag is none, or an action on tags has none.
    """
    require(user, ACTIONS[action].scope)
    found = await ids_matching(q, owner=user.name)
    if expected is not None and len(found) != expected:
        raise JobConflictError(
            f"The filter matches {len(found):,} jobs now, not {expected:,}. Look at them again."
        )
    given = checked_tags(tags or [])
    if action in TAGGING and not given:
        raise QueryError("Name at least one tag.")
    row = await add_bulk_action(user.name, action, q, found, tags=given)
    runner.wake()
    return bulk_view(row)


async def ids_matching(q: str, *, owner: str) -> list[str]:
    """The ids of a user's own jobs that match a typed filter, the oldest first.

    Raises:
        QueryError: The filter cannot be read, or matches no job or too many.
    """
    which = JobFilter(terms=parse(q))
    found = await matching_ids(which, owner=owner, limit=MOST_MATCHING + 1)
    if not found:
        raise QueryError("No job matches the filter, so there is nothing to do.")
    if len(found) > MOST_MATCHING:
        raise QueryError(
            f"More than {MOST_MATCHING:,} jobs match the filter. Narrow it, for example by until:."
        )
    return found
