"""Whether the logins of users still hold, for streams that outlast their requests."""

from collections.abc import Collection
from typing import NamedTuple

from app.db.accounts.store import AccountStore
from app.db.accounts.stream_tokens import usable_stream_token_ids
from app.db.accounts.tokens import TokenStore
from app.web.http.identity.security import User
from app.web.http.identity.session_store import SessionStore


class Logins:
    """Checks whether the accounts, tokens and sessions of users are still valid."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    async def why_ended(self, users: Collection[User]) -> dict[User, str]:
        """The users whose login is no longer valid, each with the reason; looked up together."""
        valid = _Valid(
            accounts=await AccountStore().generations({each.name for each in users}),
            tokens=await TokenStore().usable_ids({each.token for each in users if each.token}),
            stream_tokens=await usable_stream_token_ids(
                {each.stream_token for each in users if each.stream_token}
            ),
            sessions=await self._sessions.those_kept(
                {each.session for each in users if each.session}
            ),
        )
        return {user: reason for user in users if (reason := valid.why_not(user))}


class _Valid(NamedTuple):
    """The session generations of accounts, and the tokens and sessions that are valid now."""

    accounts: dict[str, int]
    tokens: Collection[str]
    stream_tokens: Collection[str]
    sessions: Collection[str]

    def why_not(self, user: User) -> str:
        """Why the login of a user no longer holds; empty if it does."""
        generation = self.accounts.get(user.name)
        if user.has_account and generation is None:
            return "the account is disabled or removed"
        if user.has_account and user.generation not in (None, generation):
            return "all sessions of the account were ended"
        if user.token and user.token not in self.tokens:
            return "the token was revoked or expired"
        if user.stream_token and user.stream_token not in self.stream_tokens:
            return "the stream token was revoked or expired"
        if user.session and user.session not in self.sessions:
            return "the session was logged out or expired"
        return ""
