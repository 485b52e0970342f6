"""Stream tokens as pages and programs see them, and how one is made for what its maker may see."""

from datetime import datetime
from urllib.parse import quote

import msgspec

from app.db.accounts.stream_tokens import (
    USUAL_MINUTES,
    Bound,
    Maker,
    NewStreamToken,
    Opens,
    StreamTokenError,
    make_stream_token,
    revoke_stream_token,
    stream_tokens,
)
from app.db.accounts.tables import StreamToken
from app.db.jobs.contents.labels import as_tag
from app.db.jobs.sharing.permission import permitted
from app.web.http.identity.security import MANAGE, User

STREAMS = "/api/v1/streams"


class StreamTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A stream token; times are UTC.

    ``opens`` is job, tag or all, and ``what`` the id of the job or the tag, null for all jobs.
    ``streams`` are the addresses that it opens.
    """

    id: str
    opens: Opens
    what: str | None
    created_at: datetime
    expires_at: datetime
    streams: list[str]


class StreamTokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stream token to make, for ``opens`` job (its id is ``what``), tag or all."""

    opens: Opens
    what: str = ""
    minutes: int = USUAL_MINUTES


async def make_for(user: User, wanted: StreamTokenRequest) -> NewStreamToken:
    """Make a stream token for what the user may see.

    Raises:
        StreamTokenError: the minutes are out of range, there are too many tokens, or ``what`` does
            not fit ``opens``.
        LabelError: the text cannot be a tag.
        JobNotFoundError: the user may not see the job.
    """
    bound = await _bound(user, wanted)
    maker = Maker(user.name, user.token, user.until)
    return await make_stream_token(bound, minutes=wanted.minutes, maker=maker)


async def revoke_for(user: User, token_id: str) -> None:
    """Revoke a stream token; an API token that may only read revokes those that it made itself.

    Raises:
        StreamTokenNotFoundError: there is no such token that the user may revoke.
    """
    only_its_own = "" if MANAGE["scope"] in user.scopes else user.token
    await revoke_stream_token(token_id, owner=user.name, made_with=only_its_own)


async def views_of(user: User) -> list[StreamTokenView]:
    """The stream tokens of a user that are valid now, newest first."""
    return [token_view(token) for token in await stream_tokens(user.name)]


def token_view(token: StreamToken) -> StreamTokenView:
    """Show a stored token without its secret."""
    opens = Opens(token.opens)
    return StreamTokenView(
        id=token.id,
        opens=opens,
        what=token.what or None,
        created_at=token.created_at,
        expires_at=token.expires_at,
        streams=_streams(opens, token.what),
    )


async def _bound(user: User, wanted: StreamTokenRequest) -> Bound:
    what = wanted.what.strip()
    match wanted.opens:
        case Opens.JOB:
            if not what:
                raise StreamTokenError("Say which job the token opens, by its id.")
            return Bound(Opens.JOB, (await permitted(what, user.name)).id)
        case Opens.TAG:
            return Bound(Opens.TAG, as_tag(what))
    if what:
        raise StreamTokenError(f"A token for all jobs names no job or tag, but this one {what!r}.")
    return Bound(Opens.ALL)


def _streams(opens: Opens, what: str) -> list[str]:
    if opens == Opens.JOB:
        return [f"{STREAMS}/jobs/{what}/events"]
    if opens == Opens.TAG:
        query = f"?tag={quote(what)}"
        return [f"{STREAMS}/events{query}", f"{STREAMS}/overview/events{query}"]
    return [f"{STREAMS}/events", f"{STREAMS}/overview/events", f"{STREAMS}/jobs/{{job_id}}/events"]
