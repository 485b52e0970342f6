"""The saved views of an owner: typed filters of the job list, each under a unique name."""

from datetime import UTC, datetime
from uuid import uuid4

from piccolo.columns import And

from app.db.engine.transaction import one_by_one
from app.db.jobs.tables import SavedView

MOST_VIEWS = 100
LONGEST_NAME = 60


class SavedViewError(Exception):
    """A view cannot be saved; the text says why and what to do."""


class SavedViewNotFoundError(Exception):
    """There is no such view, or it belongs to another owner."""


async def saved_views(owner: str) -> list[SavedView]:
    """Return the views of an owner, sorted by name."""
    return await SavedView.objects().where(SavedView.owner == owner).order_by(SavedView.name)


async def save_view(name: str, query: str, *, owner: str) -> SavedView:
    """Save a typed filter under a name; this replaces an earlier view with the same name.

    Raises:
        SavedViewError: the name is empty or too long, or the owner has too many views.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise SavedViewError(f"Give the view a name of 1 to {LONGEST_NAME} characters.")
    view = SavedView(
        id=uuid4().hex, owner=owner, name=name, query=query, created_at=datetime.now(UTC)
    )
    insert = SavedView.insert(view).on_conflict(
        target=(SavedView.owner, SavedView.name), action="DO UPDATE", values=[SavedView.query]
    )
    async with one_by_one(f"views {owner}"):
        names = {each.name for each in await saved_views(owner)}
        if name not in names and len(names) >= MOST_VIEWS:
            raise SavedViewError(
                f"You have {MOST_VIEWS} views; delete one before you save another."
            )
        (row,) = await insert.returning(*SavedView.all_columns())
    return SavedView(**row)


async def delete_view(view_id: str, *, owner: str) -> None:
    """Delete a view.

    Raises:
        SavedViewNotFoundError: there is no such view.
    """
    is_it = And(SavedView.id == view_id, SavedView.owner == owner)
    if not await SavedView.delete().where(is_it).returning(SavedView.id):
        raise SavedViewNotFoundError(f"There is no view {view_id}; it may have been deleted.")
