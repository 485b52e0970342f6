"""The session of a request: found by its cookie, started by a login, ended by a logout.

Redis is written before the response is sent, so that a response never claims what failed.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.web.http.identity.cookies import SESSION, Cookies
from app.web.http.identity.session_store import SessionStore, handle_of

Connection = ASGIConnection[Any, Any, Any, Any]

# Requests that a page's scripts send by themselves do not count as use of the session: handlers
# with this key in their ``opt``, and requests with this header.
NO_USE = "is_no_use_of_session"
BY_SCRIPT = "x-by-script"
# Keys of the session in the state of a request.
HANDLE, NEW_ID, HAS_ENDED = "session_handle", "new_session_id", "session_has_ended"


class Sessions(ASGIMiddleware):
    """Finds the session of each request, and sets its cookie when it starts or ends."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "skip_session"

    def __init__(self, store: SessionStore, cookies: Cookies) -> None:
        self._store = store
        self._cookies = cookies

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Put the content of the session into the scope; empty without a session."""
        connection = Connection(scope)
        sent: dict[str, str] = connection.cookies
        session_id = sent.get(self._cookies.name(SESSION))
        scope["session"] = {}
        if session_id:
            is_by_script = scope["route_handler"].opt.get(NO_USE) or BY_SCRIPT in connection.headers
            session = await self._store.find(session_id, is_use=not is_by_script)
            if session:
                scope["session"] = session.content
                scope["state"][HANDLE] = handle_of(session_id)

        async def send_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_cookies(message, scope, sent)
            await send(message)

        await next_app(scope, receive, send_cookies)

    def _set_cookies(self, message: Message, scope: Scope, sent: dict[str, str]) -> None:
        self._cookies.forget_old(message, sent)
        if new_id := scope["state"].get(NEW_ID):
            self._cookies.set(message, SESSION, new_id, max_age_s=self._store.longest_s)
        elif scope["state"].get(HAS_ENDED):
            self._cookies.forget(message, SESSION)


def session_of(connection: Connection) -> str:
    """The handle of the session of a request; empty if it has none."""
    return str(connection.scope["state"].get(HANDLE, ""))


async def start_session(connection: Connection, owner: str, content: dict[str, Any]) -> None:
    """Start a session under a new id, and end the browser's previous one.

    Raises:
        redis.exceptions.RedisError: Redis cannot store the session.
    """
    store: SessionStore = connection.app.state.sessions
    await end_session(connection)
    address = connection.client.host if connection.client else ""
    browser = connection.headers.get("user-agent", "")
    new_id = await store.start(owner, content, address=address, browser=browser)
    connection.set_session(content)
    connection.scope["state"] |= {NEW_ID: new_id, HANDLE: handle_of(new_id)}


async def end_session(connection: Connection) -> None:
    """End the session of a request, if it has one.

    Raises:
        redis.exceptions.RedisError: Redis cannot delete the session.
    """
    handle = session_of(connection)
    if handle:
        await connection.app.state.sessions.discard(handle)
    connection.set_session({})
    connection.scope["state"][HAS_ENDED] = True
