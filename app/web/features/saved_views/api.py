"""The API of saved views: filters of the job list under names."""

import msgspec
from litestar import delete, get, post

from app.db.saved_views import delete_view, save_view
from app.web.features.saved_views.views import SavedViewView, own_views, saved_view_view
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest
from app.web.job_filters.query_language import parse


class NewView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A typed filter to save under a name."""

    name: str
    q: str


class SavedViews(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's views by name."""

    views: list[SavedViewView]


@get("/api/v1/saved-views", tags=["jobs"], responses=problems(), opt=READ)
async def list_saved_views(request: AnyRequest) -> SavedViews:
    """List the caller's saved views of the job list."""
    return SavedViews(views=await own_views(request.user.name))


@post("/api/v1/saved-views", tags=["jobs"], status_code=201, responses=problems(), opt=MANAGE)
async def save_job_view(request: AnyRequest, data: NewView) -> SavedViewView:
    """Save a typed filter under a name; a view with this name is replaced."""
    parse(data.q)
    return saved_view_view(await save_view(data.name, data.q, owner=request.user.name))


@delete("/api/v1/saved-views/{view_id:str}", tags=["jobs"], responses=problems(404), opt=MANAGE)
async def delete_job_view(request: AnyRequest, view_id: str) -> None:
    """Delete a saved view; jobs stay as they are."""
    await delete_view(view_id, owner=request.user.name)


HANDLERS = [list_saved_views, save_job_view, delete_job_view]
