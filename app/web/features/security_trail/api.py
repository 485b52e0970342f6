"""The API of the security trail, for administrators."""

from litestar import get
from litestar.di import Provide

from app.web.features.security_trail.views import SecurityTrail, TrailView, found, trail_view
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN

VIEWED = {"trail": Provide(trail_view)}


@get(
    "/api/v1/security-trail",
    tags=["security"],
    dependencies=VIEWED,
    responses=problems(),
    opt=ADMIN,
)
async def list_security_events(
    trail: TrailView, limit: Limit = 50, offset: Offset = 0
) -> SecurityTrail:
    """List who did what to accounts and settings, newest first; nobody can change an entry."""
    return await found(trail, limit=limit, offset=offset)


HANDLERS = [list_security_events]
