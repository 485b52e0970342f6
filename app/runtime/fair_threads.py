"""Work in threads that takes turns, so that one user's many requests keep nobody else waiting.

Reading a large result costs up to some 0.6 GB and a second of the processor for a million rows, too
little for a process of its own and too much for forty at once.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

OF_A_USER, IN_ALL = 2, 4

Given = ParamSpec("Given")
Result = TypeVar("Result")


class FairThreads:
    """Runs so much at once for one user and for all; what is beyond waits, and is not refused."""

    def __init__(self, *, of_user: int = OF_A_USER, in_all: int = IN_ALL) -> None:
        self._of_user = of_user
        self._in_all = asyncio.Semaphore(in_all)
        # Those of users who wait for nothing go by themselves.
        self._users: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(
        self, user: str, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """What a function returns, in a thread and in its user's turn."""
        own = self._users.setdefault(user, asyncio.Semaphore(self._of_user))
        async with own, self._in_all:
            return await asyncio.to_thread(work, *given, **named)
