"""Authorization: who the user of a request is, and the scope that each handler needs.

Each handler declares its scope in ``opt``; a handler without a scope is refused to everybody.
"""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from app.db.accounts.roles import SEE_OPERATIONS, VIEWER
from app.db.accounts.tokens import SCOPES
from app.runtime.login_token import LOCAL_USER
from app.web.http.faults.errors import SecondFactorMissingError
from app.web.http.identity.sessions import NO_USE
from app.web.http.origin.origins import SAFE_METHODS

ALL_SCOPES = frozenset(SCOPES)
# The scopes a handler can need: read, run analyses, change what exists, see and change the own
# login (tokens, sessions), and manage accounts, which only administrators may; viewers may read
# that. A handler that needs READ changes nothing but the login and stream tokens.
READ = {"scope": "read"}
SUBMIT = {"scope": "submit"}
MANAGE = {"scope": "manage"}
TOKENS = {"scope": "admin"}
ADMIN = {"scope": "admin", "role": "admin"}
# A change of the user's own login (password, second factor, sessions, tokens), allowed to viewers.
OF_OWN_LOGIN = {"of_own_login": True}
OWN_LOGIN = TOKENS | OF_OWN_LOGIN
# Allowed to an account that needs a second factor and has none yet.
WITHOUT_SECOND_FACTOR = {"without_second_factor": True}
# An administrator must type the password again; see app/web/features/accounts/confirmation.py.
ASKS_AGAIN = "asks_again"
ADMIN_AGAIN = ADMIN | {ASKS_AGAIN: True}
# Requests that a page's script sends by itself do not keep an idle session alive.
READ_BY_SCRIPT = READ | {NO_USE: True}
ADMIN_BY_SCRIPT = ADMIN | {NO_USE: True}

NO_PASSWORDS = "This server has no passwords. Sign in with {name} on the login page."
READ_ONLY = (
    "Your account is read-only: you can look at everything here, and change nothing but your own "
    "login. Ask an administrator for another role."
)

Connection = ASGIConnection[Any, Any, Any, Any]


class User(NamedTuple):
    """The user of a request: ``name`` owns jobs and never changes, ``label`` is for display.

    ``generation`` is that of an account's session, ``token`` the id of a program's token, which
    ends at ``until``, ``stream_token`` the id of a token that opens streams alone, and ``session``
    the handle of a browser's session. A user who ``lacks_second_factor`` must set one up before
    anything else.
    """

    name: str
    label: str = ""
    role: str = "user"
    scopes: frozenset[str] = ALL_SCOPES
    has_account: bool = False
    generation: int | None = None
    token: str = ""
    stream_token: str = ""
    until: datetime | None = None
    session: str = ""
    lacks_second_factor: bool = False

    @property
    def is_viewer(self) -> bool:
        """Whether they may look at everything and change nothing."""
        return self.role == VIEWER

    @property
    def sees_operations(self) -> bool:
        """Whether they may see the pages of the administration."""
        return self.role in SEE_OPERATIONS

    @property
    def can_end(self) -> bool:
        """Whether their login can end before the server does."""
        return bool(self.has_account or self.token or self.stream_token or self.session)


# A request of any handler. One that needs no login may have no user; reading it then is an error.
AnyRequest = Request[User, Any, Any]
# Without accounts, the one user is the administrator.
LOCAL = User(LOCAL_USER, label=LOCAL_USER, role="admin")


def require_scope(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse users who may not use a handler.

    Raises:
        PermissionDeniedException: The token lacks the scope, or the user lacks the role.
    """
    method = str(connection.scope.get("method", ""))
    if handler.opt.get("exclude_from_auth") or method == "OPTIONS":  # it shows methods alone
        return
    needed = handler.opt.get("scope")
    if needed is None:
        raise PermissionDeniedException("Nobody may use this address: it declares no scope.")
    require(connection.user, needed)
    if connection.user.lacks_second_factor and not handler.opt.get("without_second_factor"):
        raise SecondFactorMissingError
    if handler.opt.get("role") == "admin" and not connection.user.sees_operations:
        raise PermissionDeniedException("This is for administrators. Ask one of them.")
    if connection.user.is_viewer and not is_open_to_viewers(method, handler):
        raise PermissionDeniedException(READ_ONLY)


def require_passwords(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse what is for passwords on a server whose users sign in by a provider alone.

    Raises:
        PermissionDeniedException: It has no passwords.
    """
    settings = connection.app.state.settings
    if not settings.has_passwords:
        raise PermissionDeniedException(NO_PASSWORDS.format(name=settings.provider_name))


def is_open_to_viewers(method: str, handler: BaseRouteHandler) -> bool:
    """Whether a handler changes nothing by this method, or only the login of its own user."""
    is_read = method in SAFE_METHODS or handler.opt.get("scope") == READ["scope"]
    return is_read or bool(handler.opt.get("of_own_login"))


def require(user: User, scope: str) -> None:
    """Refuse a user whose token lacks a scope.

    Raises:
        PermissionDeniedException: The token lacks the scope.
    """
    if scope not in user.scopes:
        raise PermissionDeniedException(
            f"This token lacks the scope {scope}. Make one that has it, on the page of tokens."
        )
