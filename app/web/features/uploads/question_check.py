"""Refuses a table with an open question at its submission, where a program can answer at once.

It handles questions of any kind, as ``open_questions`` collects them. The analysis refuses what is
too large or too slow to be checked here, with the same sentence.
"""

import logging
from collections.abc import Sequence

import anyio

from app.analysis.reading.decisions import Question, ReadingChoices, UndecidedError
from app.analysis.reading.open_questions import open_questions
from app.storage import Folder, StorageAwayError
from app.web.features.uploads.table_process import read_in_process

LARGEST_CHECKED_BYTES = 20_000_000
LONGEST_CHECK_S = 20

logger = logging.getLogger(__name__)


class QuestionCheck:
    """Reads tables in a limited process, one at a time."""

    def __init__(self, storage: Folder, *, memory_bytes: int) -> None:
        self._storage = storage
        self._memory_bytes = memory_bytes
        self._limiter = anyio.CapacityLimiter(1)

    async def check(self, key: str, choices: ReadingChoices, *, file_name: str = "") -> None:
        """Refuse a stored table that leaves something open.

        Raises:
            UndecidedError: the table can be read in two ways, and ``choices`` do not say which.
            app.storage.StorageAwayError: the storage cannot be reached.
        """
        try:
            questions = await self._questions(key, choices)
        except StorageAwayError:
            raise
        # The analysis has limits of its own, and says what is wrong with a table that breaks them.
        except (FileNotFoundError, TimeoutError, MemoryError, anyio.BrokenWorkerProcess):
            return
        except Exception as error:  # noqa: BLE001 - logged without what it says, which may be cells
            logger.warning("The check of %s failed: %s.", key, type(error).__name__)
            return
        if questions:
            raise UndecidedError(questions, file_name)

    async def _questions(self, key: str, choices: ReadingChoices) -> Sequence[Question]:
        path = await anyio.to_thread.run_sync(self._storage.local, key)
        if path.stat().st_size > LARGEST_CHECKED_BYTES:
            return ()
        return await read_in_process(
            open_questions,
            path,
            choices,
            memory_bytes=self._memory_bytes,
            longest_s=LONGEST_CHECK_S,
            limiter=self._limiter,
        )
