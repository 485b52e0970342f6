"""How many costly pieces of work go on at once on this machine, for one user and for all."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from app.runtime.file_locks import FileLocks

OF_A_USER = 2
# Who asks for several at once, as by three clicks, waits a little before being refused.
WAIT_S = 2.0
LOOK_EVERY_S = 0.1
# Not 5, after which web servers end an idle connection: who comes back just then meets its end.
RETRY_AFTER_S = 7
LOCK_FILE = "places.lock"

GiveBack = Callable[[], None]


class NoPlaceError(Exception):
    """All places are taken; the text says by whom, ``retry_after_s`` when to try again."""

    retry_after_s = RETRY_AFTER_S


class Places:
    """The places of one kind of work, such as exports, over all web processes of a machine."""

    def __init__(
        self, kind: str, locks: FileLocks, *, in_all: int, of_user: int = OF_A_USER
    ) -> None:
        self._kind = kind
        self._locks = locks
        self._in_all = in_all
        self._of_user = of_user

    async def take(self, user: str) -> GiveBack:
        """Take a place for a user; returns what gives it back.

        Raises:
            NoPlaceError: the user, or all users together, have as many as they may.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            found = self._try(user)
            if not isinstance(found, NoPlaceError):
                return found
            if time.monotonic() > deadline:
                raise found
            await asyncio.sleep(LOOK_EVERY_S)

    def _try(self, user: str) -> GiveBack | NoPlaceError:
        own = self._first_free(f"{self._kind} of {user}", self._of_user)
        if own is None:
            return NoPlaceError(
                f"You have {self._of_user} {self._kind} in the making already, which is the limit. "
                f"Try again in {RETRY_AFTER_S} seconds."
            )
        shared = self._first_free(f"all {self._kind}", self._in_all)
        if shared is None:
            self._locks.give_back(own)
            return NoPlaceError(
                f"The server makes as many {self._kind} as it can just now. "
                f"Try again in {RETRY_AFTER_S} seconds."
            )

        def give_back() -> None:
            self._locks.give_back(own)
            self._locks.give_back(shared)

        return give_back

    def _first_free(self, of: str, most: int) -> str | None:
        names = (f"{of} {number}" for number in range(most))
        return next((name for name in names if self._locks.take(name)), None)


def open_locks(data_folder: Path) -> FileLocks:
    """The locks of all processes of an installation on this machine."""
    return FileLocks(data_folder / LOCK_FILE)
