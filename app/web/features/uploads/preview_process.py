"""Previews are made in a process of their own, which a table can exhaust or crash alone."""

import logging

import anyio
from anyio import to_process

from app.analysis.reading.preview import Preview, preview
from app.jobs.errors import UploadError
from app.runtime.memory_limits import within_memory
from app.storage import Folder
from app.web import words
from app.web.features.uploads.pending_uploads import GONE

# The whole table is read; the process is killed when it takes longer.
LONGEST_PREVIEW_S = 60

logger = logging.getLogger(__name__)


async def preview_of(
    key: str, storage: Folder, mapping: dict[str, str], *, memory_bytes: int
) -> Preview:
    """The preview of an upload; one that cannot be made says so.

    Raises:
        UploadError: the file is gone, for it was started or is too old.
        app.storage.StorageAwayError: it cannot be fetched.
    """
    try:
        path = await anyio.to_thread.run_sync(storage.local, key)
    except FileNotFoundError:
        raise UploadError(GONE) from None
    try:
        with anyio.fail_after(LONGEST_PREVIEW_S):
            return await to_process.run_sync(
                within_memory, memory_bytes, preview, path, mapping, cancellable=True
            )
    except TimeoutError:
        return Preview(warnings=(words.TABLE_TOO_LARGE,))
    except (anyio.BrokenWorkerProcess, MemoryError):
        return Preview(warnings=(words.TABLE_UNREADABLE,))
    # Whatever a strange table makes of it, the others of the form are shown.
    except Exception as error:  # noqa: BLE001 - logged without what it says, which may be cells
        logger.error("No preview could be made of %s: %s.", key, type(error).__name__)
        return Preview(warnings=(words.TABLE_UNREADABLE,))
