"""Previews are made in a process of their own, which a table can exhaust or crash alone."""

import logging
from pathlib import Path

import anyio
from anyio import to_process

from app.analysis.reading.preview import Preview, preview
from app.jobs.errors import UploadError
from app.runtime.memory_limits import within_memory
from app.runtime.places import Places
from app.storage import Folder
from app.web import words
from app.web.features.uploads.pending_uploads import GONE

# The whole table is read; the process is killed when it takes longer.
LONGEST_PREVIEW_S = 60

logger = logging.getLogger(__name__)


class Previewer:
    """Makes previews: few at a time, each with a limit of memory and time."""

    def __init__(self, storage: Folder, places: Places, *, memory_bytes: int) -> None:
        self._storage = storage
        self._places = places
        self._memory_bytes = memory_bytes

    async def preview(self, key: str, mapping: dict[str, str], *, user: str) -> Preview:
        """The preview of an upload; one that cannot be made says so.

        Raises:
            UploadError: the file is gone, for it was started or is too old.
            NoPlaceError: too many are being made.
            app.storage.StorageAwayError: it cannot be fetched.
        """
        try:
            path = await anyio.to_thread.run_sync(self._storage.local, key)
        except FileNotFoundError:
            raise UploadError(GONE) from None
        give_back = await self._places.take(user)
        try:
            return await self._made(key, path, mapping)
        finally:
            give_back()

    async def _made(self, key: str, path: Path, mapping: dict[str, str]) -> Preview:
        try:
            with anyio.fail_after(LONGEST_PREVIEW_S):
                return await to_process.run_sync(
                    within_memory, self._memory_bytes, preview, path, mapping, cancellable=True
                )
        except TimeoutError:
            return Preview(warnings=(words.TABLE_TOO_LARGE,))
        except (anyio.BrokenWorkerProcess, MemoryError):
            return Preview(warnings=(words.TABLE_UNREADABLE,))
        # Whatever a strange table makes of it, the others of the form are shown.
        except Exception as error:  # noqa: BLE001 - logged without what it says, which may be cells
            logger.error("No preview could be made of %s: %s.", key, type(error).__name__)
            return Preview(warnings=(words.TABLE_UNREADABLE,))
