"""The end of a session, with and without accounts."""

import logging
from typing import Any

from litestar import Request, post
from litestar.response import Redirect

from app.accounts.sign_on.errors import ProviderAwayError
from app.accounts.sign_on.sign_on import SignOn
from app.db.security.trail import EventKind, record
from app.web.http.identity.authentication import ID_TOKEN
from app.web.http.identity.security import READ, WITHOUT_SECOND_FACTOR, User
from app.web.http.identity.sessions import end_session

AFTER = "/login"

logger = logging.getLogger(__name__)


@post("/logout", include_in_schema=False, opt=READ | WITHOUT_SECOND_FACTOR)
async def log_out(request: Request[User, Any, Any], sign_on: SignOn) -> Redirect:
    """End the session here, and let the provider end its own if it opened this one."""
    id_token = str((request.session or {}).get(ID_TOKEN, ""))
    await end_session(request)
    await record(EventKind.LOGOUT, about=request.user.name)
    return Redirect(await _next_page(sign_on, id_token), status_code=303)


async def _next_page(sign_on: SignOn, id_token: str) -> str:
    """The page of the provider that ends its session, or else the login."""
    if not (id_token and sign_on.is_set_up):
        return AFTER
    try:
        return await sign_on.logout_address(id_token, AFTER) or AFTER
    except ProviderAwayError as error:
        logger.warning("The session at the provider stays open: %s", error)
        return AFTER
