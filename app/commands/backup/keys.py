"""Find the storage keys of all jobs in a database."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

KEYS = "SELECT upload_key, result_key FROM job ORDER BY id"

Keys: TypeAlias = list[str]


def keys_in(rows: Iterable[Sequence[Any]]) -> Keys:
    """Return the keys of uploads and results, each once, in the order of the rows of ``KEYS``."""
    return list(dict.fromkeys(key for row in rows for key in row if key))
