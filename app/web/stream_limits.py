"""How many event streams may be open at once, for one user and for all."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import TypeVar

RETRY_AFTER_S = 10

T = TypeVar("T")


class StreamLimitError(Exception):
    """There are too many open streams; ``status`` is 429 for the user's own, 503 for all."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class StreamLimits:
    """Counts the open streams of this web process."""

    def __init__(self, *, per_user: int, in_total: int) -> None:
        self._per_user = per_user
        self._in_total = in_total
        self._open: Counter[str] = Counter()

    def admit(self, user: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        """The messages of one more stream of a user, which counts as open until it ends.

        Raises:
            StreamLimitError: the user, or all users together, have as many as they may.
        """
        if self._open[user] >= self._per_user:
            raise StreamLimitError(
                429, f"You have {self._per_user} open streams already. Close some, or wait."
            )
        if self._open.total() >= self._in_total:
            raise StreamLimitError(503, "Too many streams are open just now. Try again soon.")
        return self._counted(user, messages)

    async def _counted(self, user: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        self._open[user] += 1
        try:
            async for message in messages:
                yield message
        finally:
            self._open[user] -= 1
