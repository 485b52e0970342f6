"""Makes the files of the arbiter in limited processes, few at a time."""

import asyncio
import errno
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from app.analysis.arbiter.errors import NotOneRunError
from app.db.jobs.errors import JobConflictError
from app.runtime.limited_process import Limits, answer_of
from app.runtime.places import Places
from app.storage import Folder
from app.storage.kept_exports import folder_for_making, is_kept, mark_read
from app.web.features.arbiter.arbitration import NONE
from app.web.features.arbiter.orders import Answer, Order
from app.web.http.faults.errors import CannotMakeError
from app.web.http.faults.limit_errors import as_cannot_make

PROCESS = "app.web.features.arbiter.arbiter_process"
LONGEST_S = 120
TOO_LARGE = (
    "These tables take more memory than the server gives to the arbiter. Submit fewer samples at a "
    "time."
)
TOO_SLOW = (
    "These tables take longer than the server allows to the arbiter. Submit fewer samples at a "
    "time, or the rows with names of gangliosides alone."
)
FAILED = "The file could not be made, because of an internal error."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ArbiterFiles:
    """Makes the files; its places are those of exports."""

    storage: Folder
    places: Places
    memory_bytes: int

    async def made(self, order_for: Callable[[str], Order], *, user: str) -> IO[bytes]:
        """A new file, open at its start; ``order_for`` gets the path that it is written to.

        Raises:
            NotOneRunError: The two tables are not of one run, or too large.
            JobConflictError: The files hold no arbitration.
            NoPlaceError: Too many files are being made.
            CannotMakeError: The file needs too much memory or time.
            OSError: The disk is full.
        """
        async with self._making(order_for, user) as path:
            return await asyncio.to_thread(path.open, "rb")

    async def keep(self, key: str, order_for: Callable[[str], Order], *, user: str) -> None:
        """Make a file and keep it under a key of the storage, unless it is there.

        Raises:
            JobConflictError, NoPlaceError, CannotMakeError, OSError: As for ``made``.
        """
        if await asyncio.to_thread(is_kept, self.storage, key):
            await asyncio.to_thread(mark_read, self.storage, key)
            return
        async with self._making(order_for, user) as path:
            await asyncio.to_thread(self.storage.adopt, key, path)

    @asynccontextmanager
    async def _making(
        self, order_for: Callable[[str], Order], user: str
    ) -> AsyncGenerator[Path, None]:
        """The path of a new file, in a folder that is removed afterwards."""
        async with self.places.taken(user):
            with folder_for_making(self.storage) as folder:
                path = folder / "made"
                request = msgspec.json.encode(order_for(str(path)))
                limits = Limits(self.memory_bytes, LONGEST_S)
                with as_cannot_make(too_slow=TOO_SLOW, too_large=TOO_LARGE):
                    line = await answer_of(PROCESS, request, limits, folder=folder)
                _raise_for(msgspec.json.decode(line, type=Answer))
                yield path


def _raise_for(answer: Answer) -> None:
    match answer.problem:
        case "":
            return
        case "refused":
            raise NotOneRunError(answer.text)
        case "none":
            raise JobConflictError(NONE)
        case "memory":
            raise CannotMakeError(507, TOO_LARGE)
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device")
    logger.error("A file of the arbiter failed with %s.", answer.text)
    raise CannotMakeError(500, FAILED)
