"""Save the law of a finished run in a library, and write and read the file of a library."""

import asyncio
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.analysis.library.kept_law import decode_law
from app.db.jobs.contents.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.db.libraries.errors import LibraryError
from app.db.libraries.new_versions import NewVersion, save_version, save_versions
from app.db.libraries.store import bytes_of, whole_versions
from app.db.libraries.tables import LibraryVersion, RetentionLibrary
from app.proof.library_file import (
    LibraryOfFile,
    VersionOfFile,
    read_library,
    require_size,
    write_library,
)
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import Result, result_of
from app.web.features.results.usable_law import require_usable_law
from app.web.http.identity.security import User

LAW = "law.json"
NO_LAW = (
    "This result has no retention law that a library could keep. Run the table again with this "
    "version of Sialoscope, and save that result."
)


async def save_run(
    job: Job, name: str, storage: Folder, threads: FairThreads, *, user: User
) -> LibraryVersion:
    """Save the law of a job's result as the next version of the user's library of this name.

    Raises:
        JobConflictError: the job has no result, or its times follow no law.
        LibraryError: the result has no law, or the name cannot be used.
    """
    result = result_of(job, storage)
    require_usable_law(job)
    new = await threads.run(user.name, _of_run, job, result, user)
    return await save_version(name, new, owner=user.name)


async def library_file(library: RetentionLibrary, key: Ed25519PrivateKey) -> bytes:
    """The signed file of a library.

    Raises:
        LibraryFileError: it is too large to be imported again.
    """
    require_size(await bytes_of(library.id))
    rows = await whole_versions(library.id)
    return await asyncio.to_thread(_written, library.name, rows, key)


async def import_library(
    data: bytes, name: str, threads: FairThreads, *, user: User
) -> list[LibraryVersion]:
    """Add the versions of a file to the user's library of its name, or of another name.

    Raises:
        LibraryFileError: the file is no library, or was changed after it was signed.
        LibraryError: the name cannot be used, or there are too many versions or bytes.
    """
    found, new = await threads.run(user.name, _of_file, data, user)
    return await save_versions(name or found, new, owner=user.name)


def _of_run(job: Job, result: Result, user: User) -> NewVersion:
    try:
        text = result.file(LAW).read_text()
        record = msgspec.json.decode(result.file("record.json").read_bytes())
    except FileNotFoundError:
        raise LibraryError(NO_LAW) from None
    settings, _ = settings_and_choices(job)
    return NewVersion(
        job=job.id,
        file_name=job.file_name,
        made_by=user.label or user.name,
        engine=record["software"]["sialoscope"],
        settings=settings,
        **_law(text),
    )


def _written(name: str, rows: list[LibraryVersion], key: Ed25519PrivateKey) -> bytes:
    versions = [
        VersionOfFile(
            version=each.version,
            job=each.job,
            file_name=each.file_name,
            made_by=each.made_by,
            made_at=each.made_at.isoformat(),
            engine=each.engine,
            settings=msgspec.json.decode(each.settings),
            law=each.law,
        )
        for each in rows
    ]
    return write_library(LibraryOfFile(name=name, versions=tuple(versions)), key)


def _of_file(data: bytes, user: User) -> tuple[str, list[NewVersion]]:
    library, signed_by = read_library(data)
    new = [
        NewVersion(
            job=each.job,
            file_name=each.file_name,
            made_by=each.made_by,
            engine=each.engine,
            settings=each.settings,
            imported_by=user.label or user.name,
            signed_by=signed_by,
            **_law(each.law),
        )
        for each in library.versions
    ]
    return library.name, new


def _law(text: str) -> dict[str, Any]:
    law = decode_law(text)
    return {
        "law": text,
        "classes": len(law.prefixes),
        "anchors": law.anchors,
        "spread_min": law.noise_sd_min,
    }
