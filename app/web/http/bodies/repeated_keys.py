"""Refuses JSON that gives one key twice in an object: parsers disagree about which value counts."""

import json
from typing import Any

from litestar.exceptions import ClientException

LONGEST_SHOWN = 100


def refuse_repeated_keys(body: bytes) -> None:
    """Check the objects of a body that is known to be JSON.

    Raises:
        ClientException: A key stands twice in an object.
    """
    json.loads(body, object_pairs_hook=_checked, parse_int=_unread, parse_float=_unread)


def _checked(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise ClientException(
                f"The JSON gives {key[:LONGEST_SHOWN]!r} twice in one object. Give each key once."
            )
        seen.add(key)


def _unread(_: str) -> None:
    """Leave a number unread: reading a long one takes quadratic time."""
