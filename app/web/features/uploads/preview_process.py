"""Makes previews in a limited process, so that a table can exhaust or crash only that process."""

import logging
from pathlib import Path

import anyio

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.preview import Preview, preview
from app.jobs.errors import UploadError
from app.runtime.places import Places
from app.storage import Folder
from app.web import words
from app.web.features.uploads.pending_uploads import GONE
from app.web.features.uploads.table_process import read_in_process

# The process reads the whole table, and is killed if it takes longer.
LONGEST_PREVIEW_S = 60

logger = logging.getLogger(__name__)


class Previewer:
    """Makes previews: few at a time, with limits of memory and time."""

    def __init__(self, storage: Folder, places: Places, *, memory_bytes: int) -> None:
        self._storage = storage
        self._places = places
        self._memory_bytes = memory_bytes

    async def preview(self, key: str, choices: ReadingChoices, *, user: str) -> Preview:
        """The preview of an upload; if it cannot be made, its warning says so.

        Raises:
            UploadError: The file is gone, because it was started or is too old.
            NoPlaceError: Too many previews are being made.
            app.storage.StorageAwayError: The storage cannot be reached.
        """
        try:
            path = await anyio.to_thread.run_sync(self._storage.local, key)
        except FileNotFoundError:
            raise UploadError(GONE) from None
        async with self._places.taken(user):
            return await self._preview_file(key, path, choices)

    async def _preview_file(self, key: str, path: Path, choices: ReadingChoices) -> Preview:
        try:
            return await read_in_process(
                preview,
                path,
                choices,
                memory_bytes=self._memory_bytes,
                longest_s=LONGEST_PREVIEW_S,
            )
        except TimeoutError:
            return Preview(warnings=(words.TABLE_TOO_LARGE,))
        except (anyio.BrokenWorkerProcess, MemoryError):
            return Preview(warnings=(words.TABLE_UNREADABLE,))
        # A table that breaks the preview must not hide the other tables of the form.
        except Exception as error:  # noqa: BLE001 - logged without what it says, which may be cells
            logger.error("The preview of %s failed: %s.", key, type(error).__name__)
            return Preview(warnings=(words.TABLE_UNREADABLE,))
