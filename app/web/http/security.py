"""Authentication and authorization: the session or token of a request, and the scope it needs.

Each handler declares its scope in ``opt``; a handler without a scope is refused to everybody.
"""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.response import Redirect

from app.db.accounts.policy import second_factor_required_from
from app.db.accounts.second_factor import SecondFactorStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.accounts.tokens import SCOPES, TokenStore
from app.db.security.actor import name_actor
from app.db.security.trail import EventKind, record
from app.runtime.login_token import LOCAL_USER, login_token
from app.web.http.errors import SecondFactorMissingError
from app.web.http.origins import SAFE_METHODS
from app.web.http.session_store import SessionStore
from app.web.http.sessions import NO_USE, end_session, session_of

ALL_SCOPES = frozenset(SCOPES)
# The scopes a handler can need: read, run analyses, change what exists, make tokens, and manage
# accounts, which only administrators may.
READ = {"scope": "read"}
SUBMIT = {"scope": "submit"}
MANAGE = {"scope": "manage"}
TOKENS = {"scope": "admin"}
ADMIN = {"scope": "admin", "role": "admin"}
# Allowed to an account that needs a second factor and has none yet.
WITHOUT_SECOND_FACTOR = {"without_second_factor": True}
# An administrator must type the password again; see app/web/features/accounts/confirmation.py.
ASKS_AGAIN = "asks_again"
ADMIN_AGAIN = ADMIN | {ASKS_AGAIN: True}
# Requests that a page's script sends by itself do not keep an idle session alive.
READ_BY_SCRIPT = READ | {NO_USE: True}
ADMIN_BY_SCRIPT = ADMIN | {NO_USE: True}

Connection = ASGIConnection[Any, Any, Any, Any]


class User(NamedTuple):
    """The user of a request: ``name`` owns jobs and never changes, ``label`` is for display.

    ``generation`` is that of an account's session, ``token`` the id of a program's token, which
    ends at ``until``, and ``session`` the handle of a browser's session. A user who
    ``lacks_second_factor`` must set one up before anything else.
    """

    name: str
    label: str = ""
    role: str = "user"
    scopes: frozenset[str] = ALL_SCOPES
    has_account: bool = False
    generation: int | None = None
    token: str = ""
    until: datetime | None = None
    session: str = ""
    lacks_second_factor: bool = False

    @property
    def can_end(self) -> bool:
        """Whether their login can end before the server does."""
        return bool(self.has_account or self.token or self.session)


# Without accounts, the one user is the administrator.
LOCAL = User(LOCAL_USER, label=LOCAL_USER, role="admin")


class LoginMiddleware(AbstractAuthenticationMiddleware):
    """Admits requests with a session, or with a token as ``Authorization: Bearer``.

    A session can only read from the API, because the API has no CSRF check.
    """

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Identify the user.

        Raises:
            NotAuthorizedException: The request has neither a session nor a valid token.
        """
        user = await user_of(connection)
        if user is None:
            raise NotAuthorizedException(
                "Send a token as 'Authorization: Bearer TOKEN', or log in on the page."
            )
        name_actor(user.name, user.label, token=user.token)
        return AuthenticationResult(user=user, auth=None)


async def user_of(connection: Connection) -> User | None:
    """The current user of a request; None if it is not logged in."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await _user_of_token(connection, secret.strip())
    return await _user_of_session(connection)


def require_scope(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse users who may not use a handler.

    Raises:
        PermissionDeniedException: The token lacks the scope, or the user is not an administrator.
    """
    if handler.opt.get("exclude_from_auth"):
        return
    needed = handler.opt.get("scope")
    if needed is None:
        raise PermissionDeniedException("Nobody may use this address: it declares no scope.")
    require(connection.user, needed)
    if connection.user.lacks_second_factor and not handler.opt.get("without_second_factor"):
        raise SecondFactorMissingError
    if handler.opt.get("role") == "admin" and connection.user.role != "admin":
        raise PermissionDeniedException("This is for administrators. Ask one of them.")


def require(user: User, scope: str) -> None:
    """Refuse a user whose token lacks a scope.

    Raises:
        PermissionDeniedException: The token lacks the scope.
    """
    if scope not in user.scopes:
        raise PermissionDeniedException(
            f"This token lacks the scope {scope}. Make one that has it, on the page of tokens."
        )


def is_local_token(connection: Connection, token: str) -> bool:
    """Whether this is the login token of a server without accounts."""
    right = login_token(connection.app.state.settings)
    return secrets.compare_digest(token.encode(), right.encode())


class Logins:
    """Checks whether the accounts, tokens and sessions of users are still valid."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    async def why_ended(self, users: Collection[User]) -> dict[User, str]:
        """The users whose login is no longer valid, each with the reason; looked up together."""
        accounts = await AccountStore().generations({each.name for each in users})
        tokens = await TokenStore().usable_ids({each.token for each in users if each.token})
        sessions = await self._sessions.those_kept({each.session for each in users if each.session})

        def why(user: User) -> str:
            generation = accounts.get(user.name)
            if user.has_account and generation is None:
                return "the account is disabled or removed"
            if user.has_account and user.generation not in (None, generation):
                return "all sessions of the account were ended"
            if user.token and user.token not in tokens:
                return "the token was revoked or expired"
            if user.session and user.session not in sessions:
                return "the session was logged out or expired"
            return ""

        return {user: reason for user in users if (reason := why(user))}


async def _user_of_token(connection: Connection, secret: str) -> User | None:
    has_accounts = connection.app.state.settings.has_accounts
    if not has_accounts and is_local_token(connection, secret):
        return LOCAL
    token = await TokenStore().usable(secret)
    if token is None:
        return None
    owner = await _user_of_account(token.owner) if has_accounts else LOCAL
    if owner is None or owner.name != token.owner:
        return None
    scopes = frozenset(token.scopes.split())
    return owner._replace(scopes=scopes, token=token.id, until=token.expires_at)


async def _user_of_session(connection: Connection) -> User | None:
    session = connection.session or {}
    if connection.app.state.settings.has_accounts:
        user = await _user_of_account(
            session.get("account", ""), generation=session.get("generation")
        )
    else:
        user = LOCAL if session.get("user") == LOCAL_USER else None
    if user is None:
        return None
    is_change = connection.scope.get("method") not in SAFE_METHODS
    if is_change and connection.url.path.startswith("/api/"):
        return None
    return user._replace(session=session_of(connection))


async def _user_of_account(account_id: str, *, generation: int | None = None) -> User | None:
    """The user of an account that may log in; with ``generation``, only if it is still current."""
    account = await AccountStore().find(account_id) if account_id else None
    if account is None or account.disabled:
        return None
    if generation is not None and account.generation != generation:
        return None
    return User(
        account.id,
        label=account.name,
        role=account.role,
        has_account=True,
        generation=generation,
        lacks_second_factor=generation is not None and await _lacks_second_factor(account),
    )


async def _lacks_second_factor(account: Account) -> bool:
    """Whether an account must set up a second factor before anything else."""
    required_from = await second_factor_required_from()
    if not required_from.includes(account.role):
        return False
    return await SecondFactorStore().confirmed(account.id) is None


@post("/logout", include_in_schema=False, opt=READ | WITHOUT_SECOND_FACTOR)
async def log_out(request: Request[User, Any, Any]) -> Redirect:
    """End the session."""
    await end_session(request)
    await record(EventKind.LOGOUT, about=request.user.name)
    return Redirect("/login", status_code=303)
