"""Clean the name of an uploaded file, choose its storage key, and save its content."""

from collections.abc import AsyncIterator
from pathlib import PurePath

from litestar.datastructures import UploadFile

from app.db.jobs.contents.references import UPLOADS
from app.jobs.errors import UploadError
from app.storage import Folder, Saved

CHUNK_BYTES = 1024 * 1024
LONGEST_FILE_NAME = 200
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet")


def clean_name(name: str) -> str:
    """Return a name without folders or control characters, for display only."""
    base = PurePath(name.replace("\\", "/")).name
    printable = "".join(c for c in base if c.isprintable())
    return printable[-LONGEST_FILE_NAME:] or "peaks"


def suffix(name: str) -> str:
    """Return the suffix for the storage key of a file with this name."""
    found = PurePath(name).suffix.lower()
    return found if found in SUFFIXES else ".csv"


def upload_key(job_id: str, name: str) -> str:
    """Return the storage key of a job's table."""
    return f"{UPLOADS}{job_id}{suffix(name)}"


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """Yield the content of an upload in chunks."""
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk


async def save_table(
    storage: Folder, key: str, content: AsyncIterator[bytes], *, name: str
) -> Saved:
    """Write a table to storage.

    Raises:
        UploadError: the table is empty.
    """
    saved = await storage.save(key, content)
    if saved.size_bytes == 0:
        await storage.discard(key)
        raise UploadError(f"The file {name} is empty. Choose a table with at least one peak.")
    return saved
