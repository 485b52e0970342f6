"""Saved views as the API and the pages show them."""

from urllib.parse import urlencode

import msgspec

from app.db.jobs.tables import SavedView
from app.db.saved_views import saved_views


class SavedViewView(msgspec.Struct, frozen=True, kw_only=True):
    """A typed filter ``q`` of the job list under a name."""

    id: str
    name: str
    q: str
    links: dict[str, str]


async def own_views(owner: str) -> list[SavedViewView]:
    """List an owner's views by name."""
    return [saved_view_view(view) for view in await saved_views(owner)]


def saved_view_view(view: SavedView) -> SavedViewView:
    """The view of a stored one, with the addresses of the jobs that match it."""
    which = urlencode({"q": view.query})
    links = {"jobs": f"/api/v1/jobs?{which}", "page": f"/jobs?{which}"}
    return SavedViewView(id=view.id, name=view.name, q=view.query, links=links)
