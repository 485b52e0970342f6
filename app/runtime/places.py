"""Limit how many costly tasks run at once on this machine, for one user and in total."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from app.runtime.file_locks import FileLocks

OF_A_USER = 2
# A user who starts several at once, for example by three clicks, waits this long before an error.
WAIT_S = 2.0
LOOK_EVERY_S = 0.1
# Not 5: web servers end an idle connection after 5 s, and a retry at that moment would fail.
RETRY_AFTER_S = 7
LOCK_FILE = "places.lock"

GiveBack = Callable[[], None]


class NoPlaceError(Exception):
    """All places are taken. The text says by whom; try again after ``retry_after_s``."""

    retry_after_s = RETRY_AFTER_S


class Places:
    """The places for one kind of task, such as exports, for all web processes of a machine."""

    def __init__(
        self, kind: str, locks: FileLocks, *, in_all: int, of_user: int = OF_A_USER
    ) -> None:
        self._kind = kind
        self._locks = locks
        self._in_all = in_all
        self._of_user = of_user

    async def take(self, user: str) -> GiveBack:
        """Take a place for a user, and return the function that gives it back.

        Raises:
            NoPlaceError: the user, or all users together, have reached the limit.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            found = self._try(user)
            if not isinstance(found, NoPlaceError):
                return found
            if time.monotonic() > deadline:
                raise found
            await asyncio.sleep(LOOK_EVERY_S)

    @asynccontextmanager
    async def taken(self, user: str) -> AsyncIterator[None]:
        """Have a place for a user for a while.

        Raises:
            NoPlaceError: the user, or all users together, have reached the limit.
        """
        give_back = await self.take(user)
        try:
            yield
        finally:
            give_back()

    def _try(self, user: str) -> GiveBack | NoPlaceError:
        own = self._first_free(f"{self._kind} of {user}", self._of_user)
        if own is None:
            had = f"You have {self._of_user} {self._kind}"
            if self._of_user == 1:
                had = f"One of your {self._kind} is"
            return NoPlaceError(
                f"{had} in progress already, which is the limit. "
                f"Try again in {RETRY_AFTER_S} seconds."
            )
        shared = self._first_free(f"all {self._kind}", self._in_all)
        if shared is None:
            self._locks.give_back(own)
            return NoPlaceError(
                f"The server is busy with as many {self._kind} as it can make at once. "
                f"Try again in {RETRY_AFTER_S} seconds."
            )

        def give_back() -> None:
            self._locks.give_back(own)
            self._locks.give_back(shared)

        return give_back

    def _first_free(self, prefix: str, most: int) -> str | None:
        names = (f"{prefix} {number}" for number in range(most))
        return next((name for name in names if self._locks.take(name)), None)


def open_locks(data_folder: Path) -> FileLocks:
    """Return the file locks that all processes of an installation on this machine share."""
    return FileLocks(data_folder / LOCK_FILE)
