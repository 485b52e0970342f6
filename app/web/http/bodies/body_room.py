"""Limits the size of all bodies of one user, or one address, that are read at the same time.

A body takes memory, or space on the disk that no quota counts, until its request ends. Without a
limit, one user could stop the web by many bodies that never end.
"""

from collections import Counter
from collections.abc import Callable

from app.runtime.places import NoPlaceError

# Bodies of the largest size that a user may send at once. Of smaller ones more fit.
AT_ONCE = 4
FULL = (
    "You may send {mb:,} MB to this server at once. Wait until some of your requests have ended, "
    "then send this one again."
)
MEGABYTE = 1_000_000

GiveBack = Callable[[], None]


class BodyRoom:
    """The bytes that the bodies of each user or address may take in this web process."""

    def __init__(self, largest_bytes: int) -> None:
        self._most = AT_ONCE * largest_bytes
        self._taken: Counter[str] = Counter()

    def take(self, user: str, size: int) -> GiveBack:
        """Take room for a body, and return the function that gives it back.

        Raises:
            NoPlaceError: the user or address has too much under way.
        """
        if self._taken[user] + size > self._most:
            raise NoPlaceError(FULL.format(mb=self._most // MEGABYTE))
        self._taken[user] += size

        def give_back() -> None:
            self._taken[user] -= size
            if not self._taken[user]:
                del self._taken[user]

        return give_back
