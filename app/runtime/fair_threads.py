"""Run work in threads, with a limit for each user, so that one user cannot make others wait.

Reading a result of a million rows takes up to 0.6 GB and a second of processor time. That is too
little for a separate process and too much for forty threads at once.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

OF_A_USER, IN_ALL = 2, 4

Given = ParamSpec("Given")
Result = TypeVar("Result")


class FairThreads:
    """Limits how many functions run at once for one user and in total; the others wait."""

    def __init__(self, *, of_user: int = OF_A_USER, in_all: int = IN_ALL) -> None:
        self._of_user = of_user
        self._in_all = asyncio.Semaphore(in_all)
        # A semaphore disappears when its user has no more work.
        self._users: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(
        self, user: str, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Run a function in a thread when its user has a free place, and return its result."""
        own = self._users.setdefault(user, asyncio.Semaphore(self._of_user))
        async with own, self._in_all:
            return await asyncio.to_thread(work, *given, **named)
