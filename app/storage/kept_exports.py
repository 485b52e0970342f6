"""Exports that were made once and are kept, to be sent again without work.

They lie under the job, and below it under the attempt whose result they show, so they go with
either. A newer version of the software makes them anew. What all take together is bounded, and so
is how long one is kept that nobody reads.
"""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePath

from app import __version__
from app.storage.folder import Folder

EXPORTS = "exports"
UNREAD_FOR_S = 7 * 86_400
# One that was just made or opened is about to be sent.
IN_USE_S = 600


def exports_of(job_id: str) -> str:
    """The key of all exports of a job."""
    return f"{EXPORTS}/{job_id}"


def export_key(result_key: str, job_id: str, suffix: str) -> str:
    """The key of an export: of a result, by this version of the software."""
    return f"{exports_of(job_id)}/{PurePath(result_key).name}/{__version__}.{suffix}"


def mark_read(storage: Folder, key: str) -> None:
    """Note that an export is used; a bucket counts from when it was made."""
    with suppress(FileNotFoundError):
        os.utime(storage.path(key))


def trim_exports(storage: Folder, *, most_bytes: int) -> int:
    """Delete exports that nobody read for long, then the oldest beyond a bound; how many.

    Raises:
        StorageAwayError: some may be left.
    """
    now, left_bytes, deleted = time.time(), most_bytes, 0
    for each in sorted(storage.stored(EXPORTS), key=lambda one: -one.changed_at):
        left_bytes -= each.size_bytes
        age_s = now - each.changed_at
        if age_s > UNREAD_FOR_S or (left_bytes < 0 and age_s > IN_USE_S):
            storage.delete(each.key)
            deleted += 1
    return deleted


def job_ids_of_exports(storage: Folder) -> Sequence[str]:
    """The jobs that have exports."""
    return sorted({each.key.split("/")[1] for each in storage.stored(EXPORTS)})
