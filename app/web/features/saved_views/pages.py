"""The forms of the job list that save its filter under a name, and delete a saved one."""

from typing import Literal
from urllib.parse import urlencode

from litestar import post
from litestar.response import Redirect

from app.db.saved_views import delete_view, save_view
from app.web.http.identity.security import MANAGE, AnyRequest
from app.web.job_filters.query_language import parse

SEE_OTHER: Literal[303] = 303


@post("/saved-views", include_in_schema=False, opt=MANAGE)
async def save_view_on_page(request: AnyRequest) -> Redirect:
    """Save the filter of the list under the name that was typed, and show its jobs."""
    form = await request.form()
    q = str(form.get("q", ""))
    parse(q)
    await save_view(str(form.get("name", "")), q, owner=request.user.name)
    return _list(q)


@post("/saved-views/{view_id:str}/delete", include_in_schema=False, opt=MANAGE)
async def delete_view_on_page(request: AnyRequest, view_id: str) -> Redirect:
    """Delete a saved view; the list keeps its filter."""
    await delete_view(view_id, owner=request.user.name)
    return _list(str((await request.form()).get("q", "")))


def _list(q: str) -> Redirect:
    return Redirect(f"/jobs?{urlencode({'q': q})}" if q else "/jobs", status_code=SEE_OTHER)


HANDLERS = [save_view_on_page, delete_view_on_page]
