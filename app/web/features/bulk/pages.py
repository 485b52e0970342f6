"""The page of an action on many jobs, which is also a part of the job list."""

from litestar import get
from litestar.response import Template

from app.db.jobs.changes.bulk_actions import bulk_action
from app.web.features.bulk.views import SHOWN_REASONS, bulk_view
from app.web.http.identity.security import READ_BY_SCRIPT, AnyRequest


@get("/jobs/actions/{action_id:str}", include_in_schema=False, opt=READ_BY_SCRIPT)
async def bulk_page(request: AnyRequest, action_id: str) -> Template:
    """The progress of an action on many jobs; the page updates itself until it has ended."""
    seen = bulk_view(await bulk_action(action_id, owner=request.user.name))
    is_part = "hx-request" in request.headers
    return Template(
        "fragments/bulk_action.html" if is_part else "pages/bulk_action.html",
        context={"bulk": seen, "shown": SHOWN_REASONS},
    )


HANDLERS = [bulk_page]
