"""Check that the storage can write, read and delete uploads and results."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok
from app.commands.doctor.owned import closed_to_us, hand_over
from app.storage import KEPT, Folder, StorageAwayError, StorageError, create_storage
from app.storage.folder import PERMANENT

CONTENT = b"sialoscope doctor"


async def check(installation: Installation) -> Findings:
    """Write a small file, read it back and delete it."""
    url = installation.settings.storage_url
    if not installation.was_started and installation.settings.has_own_storage:
        return  # the check of the files reports the missing data folder
    try:
        storage = create_storage(installation.settings)
        storage.check()
        is_unchanged = await _returns_what_it_gets(storage)
    except (OSError, StorageError, StorageAwayError) as fault:
        yield _away(fault, url)
        return
    if not is_unchanged:
        yield error(
            "storage-changes",
            "The storage returned other content than was written.",
            why="Results cannot be trusted.",
            remedy="Check the disk, or ask the operator of the storage service.",
        )
        return
    yield _check_folders(storage, is_bucket=url.startswith("s3:"))


async def _returns_what_it_gets(storage: Folder) -> bool:
    key = f"{KEPT}/doctor-{secrets.token_hex(8)}"
    await storage.save(key, _content())
    content_read = storage.local(key).read_bytes()
    storage.delete(key)
    return content_read == CONTENT


def _away(fault: Exception, url: str) -> Finding:
    return error(
        "storage-away",
        f"The storage of STORAGE_URL cannot be used ({fault}).",
        why="No table can be submitted, and no result can be shown.",
        remedy=_remedy(url),
    )


def _check_folders(storage: Folder, *, is_bucket: bool) -> Finding:
    if not is_bucket and (closed := _closed(storage)):
        return error(
            "storage-folders",
            f"The user of this command cannot write to {closed[0]}.",
            why="Jobs that save files there fail.",
            remedy=hand_over(storage.root),
        )
    kind = "bucket" if is_bucket else "folder"
    return ok("storage", f"Files in the {kind} can be written, read and deleted.")


def _closed(storage: Folder) -> list[Path]:
    """Return the folders that we cannot write to, for example because root made them."""
    folders = [storage.root / name for name in (KEPT, *PERMANENT)]
    return [folder for folder in folders if folder.exists() and closed_to_us(folder)]


async def _content() -> AsyncIterator[bytes]:
    yield CONTENT


def _remedy(url: str) -> str:
    if url.startswith("s3:"):
        return (
            "Start the service, or correct STORAGE_URL and the AWS variables. The key must be "
            "allowed s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject."
        )
    return "STORAGE_URL=file:///a/folder/that/can/be/written"
