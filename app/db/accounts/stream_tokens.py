"""Stream tokens: secrets for dashboards that open event streams for minutes or hours.

They stand in a table of their own, which the login never reads, so none can open anything else.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.secrets import digest, new_secret
from app.db.accounts.tables import StreamToken
from app.db.engine.transaction import one_by_one, transaction
from app.db.jobs.conditions import Condition
from app.db.security.trail import EventKind, record

# Secret scanners can find a leaked token by this prefix.
PREFIX = "sialostream_"
MOST_TOKENS = 200
MOST_MINUTES = 24 * 60
USUAL_MINUTES = 60


class StreamTokenError(Exception):
    """A stream token cannot be made; the text says why and what to do."""


class StreamTokenNotFoundError(Exception):
    """There is no such stream token, or it belongs to another owner."""


class Opens(StrEnum):
    """What a stream token opens: one job, the jobs with a tag, or all jobs of its owner."""

    JOB = "job"
    TAG = "tag"
    ALL = "all"


class Bound(NamedTuple):
    """What a token is bound to: ``what`` is the id of the job or the tag, empty for all jobs."""

    opens: Opens
    what: str = ""


class Maker(NamedTuple):
    """Who makes a token: its owner and, if a program does, its API token and the end of that."""

    owner: str
    token: str = ""
    until: datetime | None = None


class NewStreamToken(NamedTuple):
    """A new token and its secret, which cannot be read again."""

    token: StreamToken
    secret: str


async def make_stream_token(bound: Bound, *, minutes: int, maker: Maker) -> NewStreamToken:
    """Make a token for some minutes, but never beyond the end of the API token that makes it.

    Raises:
        StreamTokenError: the minutes are out of range, or the owner has too many tokens.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise StreamTokenError(f"A stream token is valid for 1 to {MOST_MINUTES:,} minutes.")
    secret, token = _new_token(bound, minutes, maker)
    are_theirs = _is_usable(StreamToken.owner == maker.owner)
    async with one_by_one(f"stream tokens {maker.owner}"):
        if await StreamToken.count().where(are_theirs) >= MOST_TOKENS:
            raise StreamTokenError(
                f"You have {MOST_TOKENS} stream tokens; revoke one, or wait until one has expired."
            )
        await StreamToken.insert(token)
        detail = _trail_detail(token) | {"expires_at": token.expires_at}
        await record(EventKind.STREAM_TOKEN_MADE, about=maker.owner, detail=detail)
    return NewStreamToken(token, secret)


async def usable_stream_token(secret: str) -> StreamToken | None:
    """Return the valid token with this secret, or None."""
    if not secret.startswith(PREFIX):
        return None
    is_it = StreamToken.secret_sha256 == digest(secret)
    return await StreamToken.objects().where(_is_usable(is_it)).first()


async def usable_stream_token_ids(ids: Collection[str]) -> set[str]:
    """Return those of the ids whose tokens are valid now."""
    if not ids:
        return set()
    is_one = _is_usable(StreamToken.id.is_in(list(ids)))
    return {row["id"] for row in await StreamToken.select(StreamToken.id).where(is_one)}


async def stream_tokens(owner: str) -> list[StreamToken]:
    """Return the valid tokens of an owner, newest first."""
    theirs = StreamToken.objects().where(_is_usable(StreamToken.owner == owner))
    return await theirs.order_by(StreamToken.created_at, ascending=False)


async def revoke_stream_token(token_id: str, *, owner: str, made_with: str = "") -> None:
    """Revoke a token at once; its streams end within seconds.

    With ``made_with``, only a token that this API token made.

    Raises:
        StreamTokenNotFoundError: there is no such token.
    """
    is_it = And(StreamToken.id == token_id, StreamToken.owner == owner)
    if made_with:
        is_it = And(is_it, StreamToken.made_with == made_with)
    if not await revoke_stream_tokens(is_it, owner=owner):
        raise StreamTokenNotFoundError(
            f"There is no stream token {token_id}; it may have expired or been revoked."
        )


async def revoke_stream_tokens(which: Condition, *, owner: str) -> int:
    """Revoke the tokens that match a condition and are valid now, and return how many."""
    if not await StreamToken.count().where(_is_usable(which)):
        return 0  # most jobs have none, and a transaction would wait for other writers
    revoked = StreamToken.update({StreamToken.revoked_at: datetime.now(UTC)})
    async with transaction():
        rows = await revoked.where(_is_usable(which)).returning(*StreamToken.all_columns())
        for row in rows:
            detail = _trail_detail(StreamToken(**row))
            await record(EventKind.STREAM_TOKEN_REVOKED, about=owner, detail=detail)
    return len(rows)


def opens_jobs(job_ids: Collection[str]) -> Condition:
    """Return the condition for the tokens that are bound to one of these jobs."""
    return And(StreamToken.opens == Opens.JOB, StreamToken.what.is_in(list(job_ids)))


async def forget_stream_tokens(*, before: datetime) -> int:
    """Delete tokens that expired before a moment; return how many."""
    old = StreamToken.delete().where(StreamToken.expires_at < before)
    return len(await old.returning(StreamToken.id))


def _new_token(bound: Bound, minutes: int, maker: Maker) -> tuple[str, StreamToken]:
    secret, now = new_secret(PREFIX), datetime.now(UTC)
    wanted = now + timedelta(minutes=minutes)
    token = StreamToken(
        id=uuid4().hex,
        owner=maker.owner,
        opens=bound.opens.value,
        what=bound.what,
        secret_sha256=digest(secret),
        made_with=maker.token,
        created_at=now,
        expires_at=min(wanted, maker.until) if maker.until else wanted,
    )
    return secret, token


def _trail_detail(token: StreamToken) -> dict[str, object]:
    return {"stream_token": token.id, "opens": token.opens, "what": token.what or None}


def _is_usable(is_it: Condition) -> Condition:
    has_time = StreamToken.expires_at > datetime.now(UTC)
    return And(And(is_it, StreamToken.revoked_at.is_null()), has_time)
