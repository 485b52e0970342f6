"""Save the law of a finished run in a library, and write and read the file of a library."""

import msgspec

from app.analysis.library.kept_law import decode_law
from app.db.jobs.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.db.libraries.errors import LibraryError
from app.db.libraries.store import NewVersion, save_version, save_versions, versions_of
from app.db.libraries.tables import LibraryVersion, RetentionLibrary
from app.proof.library_file import LibraryOfFile, VersionOfFile, read_library
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.http.security import User

LAW = "law.json"
NO_LAW = (
    "This result has no retention law that a library could keep. Run the table again with this "
    "version of Sialoscope, and save that result."
)


async def save_run(job: Job, name: str, storage: Folder, *, user: User) -> LibraryVersion:
    """Save the law of a job's result as the next version of the user's library of this name.

    Raises:
        JobConflictError: the job has no result.
        LibraryError: the result has no law, or the name cannot be used.
    """
    result = result_of(job, storage)
    try:
        law = result.file(LAW).read_text()
        record = msgspec.json.decode(result.file("record.json").read_bytes())
    except FileNotFoundError:
        raise LibraryError(NO_LAW) from None
    decode_law(law)
    settings, _ = settings_and_choices(job)
    new = NewVersion(
        job=job.id,
        file_name=job.file_name,
        made_by=user.label or user.name,
        engine=record["software"]["sialoscope"],
        settings=settings,
        law=law,
    )
    return await save_version(name, new, owner=user.name)


async def library_to_write(library: RetentionLibrary) -> LibraryOfFile:
    """The contents of the file of a library."""
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
        for each in reversed(await versions_of(library.id))
    ]
    return LibraryOfFile(name=library.name, versions=tuple(versions))


async def import_library(data: bytes, name: str, *, user: str) -> list[LibraryVersion]:
    """Add the versions of a file to the user's library of its name, or of another name.

    Raises:
        LibraryFileError: the file is no library, or was changed after it was signed.
        LibraryError: the name cannot be used, or the library has these versions already.
    """
    library, _ = read_library(data)
    new = [
        NewVersion(
            job=each.job,
            file_name=each.file_name,
            made_by=each.made_by,
            engine=each.engine,
            settings=each.settings,
            law=each.law,
        )
        for each in library.versions
    ]
    return await save_versions(name or library.name, new, owner=user)
