"""The API of stream tokens: list, make and revoke them."""

import msgspec
from litestar import delete, get, post

from app.web.features.dashboards.views import (
    StreamTokenRequest,
    StreamTokenView,
    make_for,
    revoke_for,
    token_view,
    views_of,
)
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest


class MadeStreamToken(StreamTokenView, frozen=True, kw_only=True):
    """A stream token with its secret, which only this answer has."""

    token: str


class StreamTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's stream tokens that are valid now, newest first."""

    stream_tokens: list[StreamTokenView]


@get("/api/v1/stream-tokens", tags=["dashboards"], responses=problems(), opt=READ)
async def list_stream_tokens(request: AnyRequest) -> StreamTokens:
    """List the caller's stream tokens that have neither expired nor been revoked."""
    return StreamTokens(stream_tokens=await views_of(request.user))


@post(
    "/api/v1/stream-tokens",
    tags=["dashboards"],
    status_code=201,
    responses=problems(404),
    opt=READ,
)
async def create_stream_token(request: AnyRequest, data: StreamTokenRequest) -> MadeStreamToken:
    """Make a token that opens event streams and nothing else, for minutes or hours.

    It opens the streams of one job, of the jobs with a tag, or of all jobs of the caller. Only this
    answer has its secret. It ends no later than the token that makes it, with its account, and with
    its job.
    """
    made = await make_for(request.user, data)
    return MadeStreamToken(token=made.secret, **msgspec.structs.asdict(token_view(made.token)))


@delete(
    "/api/v1/stream-tokens/{stream_token_id:str}",
    tags=["dashboards"],
    responses=problems(404),
    opt=READ,
)
async def delete_stream_token(request: AnyRequest, stream_token_id: str) -> None:
    """Revoke a stream token at once; the streams that it opened end within seconds.

    A token without the scope manage revokes only the stream tokens that it made.
    """
    await revoke_for(request.user, stream_token_id)


HANDLERS = [list_stream_tokens, create_stream_token, delete_stream_token]
