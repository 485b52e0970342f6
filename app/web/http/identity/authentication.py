"""Finds the user of a request, by its session or its token."""

import secrets
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from app.db.accounts.policy import second_factor_required_from
from app.db.accounts.second_factor import SecondFactorStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.accounts.tokens import TokenStore
from app.db.security.actor import name_actor
from app.runtime.login_token import LOCAL_USER, login_token
from app.web.http.identity.security import LOCAL, User
from app.web.http.identity.sessions import session_of
from app.web.http.origin.origins import SAFE_METHODS

# In a session that the OpenID provider opened: its ID token, for the logout there.
ID_TOKEN = "id_token"  # noqa: S105 - a key

NO_TOKEN = "Send a token as 'Authorization: Bearer TOKEN', or log in on the page."  # noqa: S105
WRONG_TOKEN = (
    "This token is not valid: it is mistyped, has expired or was revoked, or it is a stream token, "  # noqa: S105
    "which opens streams alone. Make one on the page /tokens."
)

Connection = ASGIConnection[Any, Any, Any, Any]


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
            raise NotAuthorizedException(WRONG_TOKEN if _sends_token(connection) else NO_TOKEN)
        name_actor(user.name, user.label, token=user.token)
        return AuthenticationResult(user=user, auth=None)


def _sends_token(connection: Connection) -> bool:
    scheme, _, _ = connection.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer"


async def user_of(connection: Connection) -> User | None:
    """The current user of a request; None if it is not logged in."""
    if _sends_token(connection):
        _, _, secret = connection.headers["authorization"].partition(" ")
        return await _user_of_token(connection, secret.strip())
    return await _user_of_session(connection)


def is_local_token(connection: Connection, token: str) -> bool:
    """Whether this is the login token of a server without accounts."""
    right = login_token(connection.app.state.settings)
    return secrets.compare_digest(token.encode(), right.encode())


async def _user_of_token(connection: Connection, secret: str) -> User | None:
    has_accounts = connection.app.state.settings.has_accounts
    if not has_accounts and is_local_token(connection, secret):
        return LOCAL
    token = await TokenStore().usable(secret)
    if token is None:
        return None
    owner = await user_of_account(token.owner) if has_accounts else LOCAL
    if owner is None or owner.name != token.owner:
        return None
    scopes = frozenset(token.scopes.split())
    return owner._replace(scopes=scopes, token=token.id, until=token.expires_at)


async def _user_of_session(connection: Connection) -> User | None:
    session = connection.session or {}
    if connection.app.state.settings.has_accounts:
        user = await user_of_account(
            session.get("account", ""), generation=session.get("generation")
        )
    else:
        user = LOCAL if session.get("user") == LOCAL_USER else None
    if user is None:
        return None
    is_change = connection.scope.get("method") not in SAFE_METHODS
    if is_change and connection.url.path.startswith("/api/"):
        return None
    if ID_TOKEN in session:  # its provider asks for second factors
        user = user._replace(lacks_second_factor=False)
    return user._replace(session=session_of(connection))


async def user_of_account(account_id: str, *, generation: int | None = None) -> User | None:
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
