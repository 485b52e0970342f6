"""The API tokens in the database: scopes, expiry and last use."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from piccolo.columns import And, Or

from app.db.accounts.secrets import digest, new_secret
from app.db.accounts.stream_tokens import revoke_stream_tokens
from app.db.accounts.tables import ApiToken, StreamToken
from app.db.engine.transaction import one_by_one, transaction
from app.db.jobs.conditions import Condition
from app.db.security.trail import EventKind, record

# Secret scanners can find a leaked token by this prefix.
PREFIX = "sialo_"
SHOWN = len(PREFIX) + 6
LONGEST_NAME = 60
MOST_TOKENS = 50
MOST_DAYS = 3650
SCOPES = ("read", "submit", "manage", "admin")
USE_NOTED_EVERY = timedelta(minutes=1)


class TokenNotFoundError(Exception):
    """There is no such token, or it belongs to another owner."""


class TokenError(Exception):
    """A token cannot be made; the text says why and what to do."""


class NewToken(NamedTuple):
    """A new token and its secret, which cannot be read again."""

    token: ApiToken
    secret: str


class TokenStore:
    """The tokens in the database, which has only the hashes of their secrets."""

    async def make(
        self,
        name: str,
        scopes: Collection[str],
        *,
        owner: str,
        days: int | None,
        no_longer_than: datetime | None = None,
    ) -> NewToken:
        """Make a token for some days or without an end, but never beyond ``no_longer_than``.

        Raises:
            TokenError: the name, scopes or days are invalid, or the owner has too many tokens.
        """
        name = " ".join(name.split())
        _require_usable(name, scopes, days)
        wanted = datetime.now(UTC) + timedelta(days=days) if days else None
        until = min(filter(None, (wanted, no_longer_than)), default=None)
        made = _new_token(name, scopes, owner=owner, until=until)
        async with one_by_one(f"tokens {owner}"):
            if len(await self.all(owner=owner)) >= MOST_TOKENS:
                raise TokenError(
                    f"You have {MOST_TOKENS} tokens; revoke one before you make another."
                )
            await ApiToken.insert(made.token)
            await record(EventKind.TOKEN_MADE, about=owner, detail=_trail_detail(made.token))
        return made

    async def all(self, *, owner: str) -> list[ApiToken]:
        """Return the owner's tokens that are not revoked, newest first."""
        is_one = And(ApiToken.owner == owner, ApiToken.revoked_at.is_null())
        return await ApiToken.objects().where(is_one).order_by(ApiToken.created_at, ascending=False)

    async def revoke(self, token_id: str, *, owner: str) -> None:
        """Revoke a token at once.

        Raises:
            TokenNotFoundError: there is no such token.
        """
        is_it = And(ApiToken.id == token_id, ApiToken.owner == owner)
        if not await self._revoke(is_it, owner=owner):
            raise TokenNotFoundError(f"There is no token {token_id}; it may have been revoked.")

    async def revoke_all(self, *, owner: str) -> None:
        """Revoke all tokens of an owner at once."""
        await self._revoke(ApiToken.owner == owner, owner=owner)

    async def _revoke(self, which: Condition, *, owner: str) -> int:
        """Revoke some tokens of an owner, and return how many there were."""
        revoked = ApiToken.update({ApiToken.revoked_at: datetime.now(UTC)})
        is_one = And(which, ApiToken.revoked_at.is_null())
        async with transaction():
            rows = await revoked.where(is_one).returning(ApiToken.id, ApiToken.name)
            for row in rows:
                detail = {"token": row["id"], "name": row["name"]}
                await record(EventKind.TOKEN_REVOKED, about=owner, detail=detail)
            if rows:  # what a token made ends with it
                are_theirs = StreamToken.made_with.is_in([row["id"] for row in rows])
                await revoke_stream_tokens(are_theirs, owner=owner)
        return len(rows)

    async def usable(self, secret: str) -> ApiToken | None:
        """Return the valid token with this secret, or None; record its use once a minute."""
        if not secret.startswith(PREFIX):
            return None
        is_it = ApiToken.secret_sha256 == digest(secret)
        token = await ApiToken.objects().where(_is_usable(is_it)).first()
        if token is None:
            return None
        now = datetime.now(UTC)
        if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
            await ApiToken.update({ApiToken.last_used_at: now}).where(ApiToken.id == token.id)
        return token

    async def forget_ended(self, *, before: datetime) -> int:
        """Delete tokens that were revoked or expired before a moment; return how many."""
        has_ended = Or(ApiToken.revoked_at < before, ApiToken.expires_at < before)
        return len(await ApiToken.delete().where(has_ended).returning(ApiToken.id))

    async def usable_ids(self, ids: Collection[str]) -> set[str]:
        """Return those of the ids whose tokens are valid now."""
        if not ids:
            return set()
        is_one = _is_usable(ApiToken.id.is_in(list(ids)))
        return {row["id"] for row in await ApiToken.select(ApiToken.id).where(is_one)}


def _new_token(
    name: str, scopes: Collection[str], *, owner: str, until: datetime | None
) -> NewToken:
    secret = new_secret(PREFIX)
    token = ApiToken(
        id=uuid4().hex,
        owner=owner,
        name=name,
        secret_sha256=digest(secret),
        prefix=secret[:SHOWN],
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        created_at=datetime.now(UTC),
        expires_at=until,
    )
    return NewToken(token, secret)


def _trail_detail(token: ApiToken) -> dict[str, object]:
    """Return the details of a token for the security trail."""
    until = token.expires_at
    return {"token": token.id, "name": token.name, "scopes": token.scopes, "expires_at": until}


def _is_usable(is_it: Condition) -> Condition:
    has_time = Or(ApiToken.expires_at.is_null(), ApiToken.expires_at > datetime.now(UTC))
    return And(And(is_it, ApiToken.revoked_at.is_null()), has_time)


def _require_usable(name: str, scopes: Collection[str], days: int | None) -> None:
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise TokenError(f"Give the token a name of 1 to {LONGEST_NAME} characters.")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise TokenError(f"Choose at least one of the scopes {', '.join(SCOPES)}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise TokenError(f"A token is valid for 1 to {MOST_DAYS} days, or for ever.")
