"""Run work in threads, with a limit for each user, so that one user cannot make others wait.

Reading a result of a million rows takes up to 0.6 GB and a second of processor time. That is too
little for a separate process and too much for forty threads at once.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from app.runtime.places import RETRY_AFTER_S, NoPlaceError

OF_A_USER, IN_ALL = 2, 4
# Many more than the pages and programs of a user ask for at once. A client that leaves takes its
# request back from no queue, so without a limit those of a program that asks and leaves fill the
# memory and keep the threads busy for hours.
MOST_WAITING = 50

Given = ParamSpec("Given")
Result = TypeVar("Result")


class FairThreads:
    """Limits how many functions run at once for one user and in total; the others wait."""

    def __init__(
        self, *, of_user: int = OF_A_USER, in_all: int = IN_ALL, most_waiting: int = MOST_WAITING
    ) -> None:
        self._of_user = of_user
        self._most_waiting = most_waiting
        self._in_all = asyncio.Semaphore(in_all)
        # The turns of a user disappear when the user has no more work.
        self._users: WeakValueDictionary[str, _Turns] = WeakValueDictionary()

    async def run(
        self, user: str, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Run a function in a thread when its user has a free place, and return its result.

        A caller that is cancelled gets no result. Its function runs to its end, because no thread
        can be stopped, and keeps its place until then.

        Raises:
            NoPlaceError: Too many functions of the user wait already.
        """
        turns = self._users.setdefault(user, _Turns(self._of_user, self._most_waiting))
        await turns.take()
        try:
            await self._in_all.acquire()
        except BaseException:
            turns.give_back()
            raise

        def give_back(_: "asyncio.Task[Result]") -> None:
            self._in_all.release()
            turns.give_back()

        thread = asyncio.create_task(asyncio.to_thread(work, *given, **named))
        thread.add_done_callback(give_back)
        return await asyncio.shield(thread)


class _Turns:
    """The places of one user, and how many functions wait for one."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._free = asyncio.Semaphore(places)
        self._most_waiting = most_waiting
        self._waiting = 0

    async def take(self) -> None:
        """Wait for a place.

        Raises:
            NoPlaceError: Too many wait already.
        """
        if self._waiting >= self._most_waiting:
            raise NoPlaceError(
                f"{self._waiting:,} of your requests wait already for their turn, which is the "
                f"limit. Try again in {RETRY_AFTER_S} seconds."
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        """Give a place back."""
        self._free.release()
