"""The requests about stream tokens, which open event streams for dashboards and nothing else."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from sialoscope_client.calls.call import Call, reads

Opens: TypeAlias = Literal["job", "tag", "all"]
PATH = "/api/v1/stream-tokens"


class StreamToken(msgspec.Struct, frozen=True, kw_only=True):
    """A stream token; only one that was just made has its secret, ``token``.

    ``opens`` is job, tag or all, and ``what`` the id of the job or the tag.
    """

    id: str
    opens: str
    what: str | None
    created_at: datetime
    expires_at: datetime
    streams: list[str]
    token: str = ""


class StreamTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The stream tokens that are valid now."""

    stream_tokens: list[StreamToken]


def make_stream_token(opens: Opens, what: str, minutes: int) -> Call[StreamToken]:
    """Make a stream token for a job, a tag or all jobs."""
    sent = {"json": {"opens": opens, "what": what, "minutes": minutes}}
    return Call("POST", PATH, reads(StreamToken), is_repeatable=False, sent=sent)


def stream_tokens() -> Call[StreamTokens]:
    """Read the stream tokens that are valid now."""
    return Call("GET", PATH, reads(StreamTokens))


def revoke_stream_token(token: StreamToken | str) -> Call[None]:
    """Revoke a stream token."""
    token_id = token if isinstance(token, str) else token.id
    return Call("DELETE", f"{PATH}/{token_id}", lambda _: None, is_repeatable=False)
