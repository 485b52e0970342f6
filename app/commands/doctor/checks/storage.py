"""Whether uploads and results can be written, read and deleted where they lie."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from app.commands.doctor.finding import Findings, Installation, error, ok
from app.commands.doctor.owned import closed_to_us, hand_over
from app.storage import KEPT, Folder, StorageAwayError, StorageError, create_storage
from app.storage.folder import PERMANENT

CONTENT = b"sialoscope doctor"


async def check(installation: Installation) -> Findings:
    """Write a small file, read it back and delete it."""
    key = f"{KEPT}/doctor-{secrets.token_hex(8)}"
    url = installation.settings.storage_url
    try:
        storage = create_storage(installation.settings)
        storage.check()
        await storage.save(key, _content())
        came_back = storage.local(key).read_bytes()
        storage.delete(key)
    except (OSError, StorageError, StorageAwayError) as fault:
        yield error(
            "storage-away",
            f"The storage of STORAGE_URL cannot be used ({fault}).",
            why="No table can be submitted, and no result be shown.",
            remedy=_remedy(url),
        )
        return
    if came_back != CONTENT:
        yield error(
            "storage-changes",
            "The storage gave back another file than was written.",
            why="Results cannot be trusted.",
            remedy="Look at the disk, or ask who runs the service.",
        )
        return
    if not url.startswith("s3:") and (closed := _closed(storage)):
        yield error(
            "storage-folders",
            f"{closed[0]} cannot be written by the user of this command.",
            why="Jobs fail when they save their results there, though others go well.",
            remedy=hand_over(storage.root),
        )
        return
    kind = "bucket" if url.startswith("s3:") else "folder"
    yield ok("storage", f"The {kind} takes files, gives them back and deletes them.")


def _closed(storage: Folder) -> list[Path]:
    """The folders that somebody else made, such as a command that ran as root."""
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
