"""Previews are made in a process of their own, which a table can exhaust or crash alone."""

import logging
from pathlib import Path

import anyio
from anyio import to_process

from app.analysis.preview import Preview, preview
from app.memory import within_memory
from app.web.errors import UploadError
from app.web.kept_uploads import GONE

# The whole table is read; the process is killed when it takes longer.
LONGEST_PREVIEW_S = 60
TOO_LARGE = "The table is too large to be looked at beforehand. It can be analyzed all the same."
STOPPED = (
    "The table could not be looked at: reading it takes more memory than is allowed, or the file "
    "is damaged. Split it by sample, or export it anew."
)

logger = logging.getLogger(__name__)


async def preview_of(path: Path, mapping: dict[str, str], *, memory_bytes: int) -> Preview:
    """The preview of a file; one that cannot be made says so.

    Raises:
        UploadError: the file is gone, for it was started or is too old.
    """
    try:
        with anyio.fail_after(LONGEST_PREVIEW_S):
            return await to_process.run_sync(
                within_memory, memory_bytes, preview, path, mapping, cancellable=True
            )
    except FileNotFoundError:
        raise UploadError(GONE) from None
    except TimeoutError:
        return Preview(warnings=(TOO_LARGE,))
    except (anyio.BrokenWorkerProcess, MemoryError):
        return Preview(warnings=(STOPPED,))
    except Exception:  # whatever a strange table makes of it, the others of the form are shown
        logger.exception("No preview could be made of %s.", path.name)
        return Preview(warnings=(STOPPED,))
