"""The user's own sessions: list them and end them."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.web.features.accounts.login import log_in
from app.web.http.identity.browser_names import browser_name
from app.web.http.identity.security import OWN_LOGIN, AnyRequest
from app.web.http.identity.session_store import SessionStore
from app.web.http.identity.sessions import end_session

SEE_OTHER: Literal[303] = 303


class OwnSession(NamedTuple):
    """A session as its user sees it."""

    handle: str
    is_this: bool
    started_at: datetime
    used_at: datetime
    ends_at: datetime
    address: str
    browser: str


async def own_sessions(request: AnyRequest, account: Account) -> list[OwnSession]:
    """The sessions of an account, the most recently used first."""
    sessions: SessionStore = request.app.state.sessions
    return [
        OwnSession(
            handle=each.handle,
            is_this=each.handle == request.user.session,
            started_at=_time(each.session.started_at),
            used_at=_time(each.used_at),
            ends_at=_time(each.session.ends_at),
            address=each.session.address or "unknown",
            browser=browser_name(each.session.browser),
        )
        for each in await sessions.of(account.id)
        if each.session.content.get("generation") == account.generation
    ]


@post("/account/sessions/{session_id:str}/end", include_in_schema=False, opt=OWN_LOGIN)
async def end_one(request: AnyRequest, session_id: str, sessions: SessionStore) -> Redirect:
    """End one of the user's sessions, in whichever browser it is."""
    if session_id == request.user.session:
        await end_session(request)
        return Redirect("/login", status_code=SEE_OTHER)
    if not await sessions.end(session_id, owner=request.user.name):
        raise NotFoundException
    return Redirect("/account#sessions", status_code=SEE_OTHER)


@post("/account/sessions/end-others", include_in_schema=False, opt=OWN_LOGIN)
async def end_others(request: AnyRequest, accounts: AccountStore) -> Redirect:
    """End all sessions of the account except this one, even those missing from the list."""
    await accounts.end_sessions(request.user.name)
    await log_in(request, await accounts.get(request.user.name))
    return Redirect("/account#sessions", status_code=SEE_OTHER)


def _time(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


HANDLERS = [end_one, end_others]
