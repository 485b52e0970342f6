"""The end of a session, with and without accounts."""

from typing import Any

from litestar import Request, post
from litestar.response import Redirect

from app.db.security.trail import EventKind, record
from app.web.http.security import READ, WITHOUT_SECOND_FACTOR, User
from app.web.http.sessions import end_session


@post("/logout", include_in_schema=False, opt=READ | WITHOUT_SECOND_FACTOR)
async def log_out(request: Request[User, Any, Any]) -> Redirect:
    """End the session."""
    await end_session(request)
    await record(EventKind.LOGOUT, about=request.user.name)
    return Redirect("/login", status_code=303)
