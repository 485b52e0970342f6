"""Makes one job of many files: packs them into one archive, to be analyzed as a cohort."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from zipfile import ZipFile, ZipInfo

import msgspec
from anyio import open_file, to_thread

from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AS_FOUND, ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.contents.settings import files_of, kept_settings
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority
from app.jobs.errors import UploadError
from app.jobs.submission import JobSubmission
from app.jobs.upload_files import CHUNK_BYTES, clean_name, suffix
from app.storage import Folder
from app.web.features.uploads.pending_uploads import GONE, PendingUpload, PendingUploads
from app.web.features.uploads.start_upload import start_uploads

LONGEST_NAME = 80


class Part(NamedTuple):
    """A file of a cohort and how it is read."""

    file_name: str
    content: AsyncIterator[bytes]
    choices: ReadingChoices


async def take_cohort(
    parts: Iterable[Part],
    settings: AnalysisSettings,
    submissions: JobSubmission,
    *,
    owner: str,
    name: str = "",
    priority: Priority = Priority.NORMAL,
    idempotency_key: str | None = None,
    instead_of: Collection[str] = (),
) -> Job:
    """Make one job of many files, whose rows are analyzed together.

    ``instead_of`` are the pending uploads that the job replaces.

    Raises:
        UploadError: There are fewer than two files, or one is empty.
        IdempotencyKeyError: The key was used before with something else.
    """
    with TemporaryFile(dir=submissions.storage.root) as archive:
        files = await _pack(parts, archive)
        if len(files) < 2:
            raise UploadError("A cohort needs at least two files; submit one file as a job.")
        stored = await submissions.store(_name(name, len(files)), _content(archive))
    kept = kept_settings(settings.fields(), files=files)
    new = stored.job(owner, kept, priority=priority, idempotency_key=idempotency_key)
    return await submissions.add(new, instead_of=instead_of)


async def start_cohort(
    chosen: Sequence[tuple[PendingUpload, ReadingChoices]],
    settings: AnalysisSettings,
    submissions: JobSubmission,
    uploads: PendingUploads,
    *,
    name: str = "",
    priority: Priority = Priority.NORMAL,
) -> Job:
    """Make one job of pending uploads, each read as chosen, under a name if it has one.

    If it was started before, return its job, or a rerun of that with other settings.

    Raises:
        UploadError: An upload is gone, or is read in another way than the first time.
    """
    if chosen[0][0].job_id is not None:
        return await _start_again(chosen, settings, submissions, priority)
    parts = [
        Part(it.file_name, _stored_content(submissions.storage, it.key), choices)
        for it, choices in chosen
    ]
    ids = [it.id for it, _ in chosen]
    job = await take_cohort(
        parts,
        settings,
        submissions,
        owner=chosen[0][0].owner,
        name=name,
        priority=priority,
        idempotency_key="uploads " + sha256(" ".join(ids).encode()).hexdigest(),
        instead_of=ids,
    )
    for it, _ in chosen:
        await uploads.let_go(it, job_id=job.id)
    return job


async def _start_again(
    chosen: Sequence[tuple[PendingUpload, ReadingChoices]],
    settings: AnalysisSettings,
    submissions: JobSubmission,
    priority: Priority,
) -> Job:
    first = [(chosen[0][0], AS_FOUND)]
    (job,) = await start_uploads(first, settings, submissions, priority=priority)
    if [file.choices for file in files_of(job)] != [choices for _, choices in chosen]:
        raise UploadError("To read the files in another way, choose them again.")
    return job


async def _stored_content(storage: Folder, key: str) -> AsyncIterator[bytes]:
    try:
        async with await open_file(await to_thread.run_sync(storage.local, key), "rb") as file:
            while chunk := await file.read(CHUNK_BYTES):
                yield chunk
    except FileNotFoundError:
        raise UploadError(GONE) from None


async def _pack(parts: Iterable[Part], archive: IO[bytes]) -> tuple[CohortFile, ...]:
    """Write the files to a ZIP, uncompressed and undated: the same files give the same bytes."""
    files: list[CohortFile] = []
    with ZipFile(archive, "w") as packed:
        for number, part in enumerate(parts, 1):
            member = ZipInfo(f"{number:04}{suffix(part.file_name)}")
            with packed.open(member, "w", force_zip64=True) as file:
                files.append(await _copy(part, file))
    return tuple(files)


async def _copy(part: Part, file: IO[bytes]) -> CohortFile:
    digest, size = sha256(), 0
    async for chunk in part.content:
        digest.update(chunk)
        size += len(chunk)
        await to_thread.run_sync(file.write, chunk)
    if not size:
        raise UploadError(
            f"The file {part.file_name} is empty, and nothing was started. Leave it out, or choose "
            "a table with at least one peak."
        )
    return CohortFile(
        file_name=part.file_name,
        bytes=size,
        sha256=digest.hexdigest(),
        mapping=part.choices.columns,
        reading=msgspec.to_builtins(msgspec.structs.replace(part.choices, columns={})),
    )


async def _content(archive: IO[bytes]) -> AsyncIterator[bytes]:
    archive.seek(0)
    while chunk := await to_thread.run_sync(archive.read, CHUNK_BYTES):
        yield chunk


def _name(wanted: str, count: int) -> str:
    """The name of the job's file."""
    cleaned = clean_name(wanted.strip())[:LONGEST_NAME] if wanted.strip() else ""
    return f"{cleaned or f'Cohort of {count} files'}.zip"
