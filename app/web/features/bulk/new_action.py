"""Begins an action on all jobs that match a filter."""

from app.db.jobs.changes.bulk_actions import add_bulk_action
from app.db.jobs.contents.labels import checked_tags
from app.db.jobs.errors import JobConflictError
from app.db.jobs.lists.search import JobFilter, matching_ids
from app.jobs.actions import ACTIONS, TAGGING
from app.web.features.bulk.runner import BulkRunner
from app.web.features.bulk.views import BulkView, bulk_view
from app.web.http.faults.errors import QueryError
from app.web.http.identity.security import User, require
from app.web.job_filters.query_language import parse

MOST_MATCHING = 20_000


async def begin_action(
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
