"""The page of the security trail, for administrators."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from app.db.security.trail import EventKind, TrailFilter
from app.web.features.security_trail.api import VIEWED
from app.web.features.security_trail.views import PATH, TrailView, found
from app.web.http.identity.security import ADMIN
from app.web.words import SECURITY_EVENTS

PER_PAGE = 50
Page = Annotated[int, Parameter(ge=1, le=10**6)]


@get(PATH, include_in_schema=False, dependencies=VIEWED, opt=ADMIN)
async def security_page(trail: TrailView, page: Page = 1) -> Template:
    """The page of the entries that match the filter, newest first."""
    some = await found(trail, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    context = {
        "events": some.events,
        "total": some.total,
        "page": page,
        "last_page": max(1, -(-some.total // PER_PAGE)),
        "link": trail,
        "which": trail.which,
        "kinds": list(EventKind),
        "words": SECURITY_EVENTS,
        "is_filtered": trail.which != TrailFilter(),
    }
    return Template("pages/security_trail.html", context=context)


HANDLERS = [security_page]
