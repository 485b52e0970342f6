"""Keep finished exports, so that later readers get them without another run.

Their keys have the job and the attempt, so they are deleted with either. A newer version of the
software makes new exports. Their total size is limited, and exports that nobody reads are deleted.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from uuid import uuid4

from app.storage.folder import Folder
from app.storage.writer import PARTIAL
from app.version import __version__

EXPORTS = "exports"
UNREAD_FOR_S = 7 * 86_400
# An export that was just made or opened may still be in transfer.
IN_USE_S = 600


def exports_of(job_id: str) -> str:
    """Return the key of the folder with all exports of a job."""
    return f"{EXPORTS}/{job_id}"


def export_key(result_key: str, job_id: str, suffix: str) -> str:
    """Return the key of a result's export by this version of the software."""
    return f"{exports_of(job_id)}/{PurePath(result_key).name}/{__version__}.{suffix}"


@contextmanager
def folder_for_making(storage: Folder) -> Iterator[Path]:
    """A temporary folder for one file; the cleanup deletes one that a kill left behind."""
    path = storage.path(f"{EXPORTS}/{uuid4().hex}{PARTIAL}")
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def is_kept(storage: Folder, key: str) -> bool:
    """Return whether an export is kept."""
    try:
        return bool(storage.local(key))
    except FileNotFoundError:
        return False


def mark_read(storage: Folder, key: str) -> None:
    """Record that an export was read; in a bucket only its creation counts."""
    with suppress(FileNotFoundError):
        os.utime(storage.path(key))


def trim_exports(storage: Folder, *, most_bytes: int) -> int:
    """Delete exports unread for long, then the oldest ones beyond the limit; return how many.

    Raises:
        StorageAwayError: the storage does not answer; some may remain.
    """
    now, left_bytes, deleted = time.time(), most_bytes, 0
    for each in sorted(storage.stored(EXPORTS), key=lambda stored: -stored.changed_at):
        left_bytes -= each.size_bytes
        age_s = now - each.changed_at
        if age_s > UNREAD_FOR_S or (left_bytes < 0 and age_s > IN_USE_S):
            storage.delete(each.key)
            deleted += 1
    return deleted


def job_ids_of_exports(storage: Folder) -> Sequence[str]:
    """Return the ids of the jobs that have exports."""
    return sorted({each.key.split("/")[1] for each in storage.stored(EXPORTS)})
