"""Pages of a long list in the API: by limit and offset, or by an opaque cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar.params import Parameter

from app.web.http.faults.errors import QueryError

MOST_PER_PAGE = 10_000
LAST_PLACE = 2**32 - 1  # rows are numbered by UInt32
LONGEST_CURSOR = 200
FOREIGN_CURSOR = (
    "This cursor belongs to another result, filter or order. Start again without a cursor, and "
    "follow the link next of each answer unchanged."
)

Limit = Annotated[
    int, Parameter(ge=1, le=MOST_PER_PAGE, description="The most items in one answer.")
]
Offset = Annotated[
    int, Parameter(ge=0, le=LAST_PLACE, description="How many items to skip; not with a cursor.")
]
Cursor = Annotated[
    str | None,
    Parameter(
        min_length=1,
        max_length=LONGEST_CURSOR,
        description="Where to continue, from the link next of the previous answer.",
    ),
]


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """The content of a cursor: how many items to skip, and a digest of the list."""

    place: int
    of: str


def cursor_at(place: int, *, of: object) -> str:
    """The cursor of a place in a list; ``of`` identifies the list."""
    packed = msgspec.msgpack.encode(_Place(place, _digest(of)))
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def place_of(cursor: str, *, of: object) -> int:
    """How many items a cursor skips.

    Raises:
        QueryError: The cursor is not valid, or belongs to another list.
    """
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found = msgspec.msgpack.decode(packed, type=_Place)
    except (ValueError, msgspec.MsgspecError):
        raise QueryError(FOREIGN_CURSOR) from None
    if found.of != _digest(of) or not 0 <= found.place <= LAST_PLACE:
        raise QueryError(FOREIGN_CURSOR)
    return found.place


def _digest(of: Any) -> str:  # noqa: ANN401 - anything that identifies a list
    return sha256(msgspec.json.encode(of, order="sorted")).hexdigest()[:16]
