"""Makes a job of each file of a request, and reports the files that were refused."""

from hashlib import sha256

import msgspec

from app.analysis.reading.decisions import UndecidedError
from app.db.jobs.changes.new_job import new_job_id
from app.db.jobs.contents.settings import kept_settings
from app.db.jobs.tables import Job
from app.jobs.errors import UploadError
from app.jobs.submission import JobSubmission, StoredTable
from app.jobs.upload_files import chunks, clean_name
from app.web.features.uploads.question_check import QuestionCheck
from app.web.forms.fields import ManyFiles

MOST_FILES = 500


class RefusedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that cannot become a job; ``detail`` says why and what to do."""

    file_name: str
    detail: str


async def take_batch(
    form: ManyFiles,
    submissions: JobSubmission,
    question_check: QuestionCheck,
    *,
    owner: str,
    idempotency_key: str | None,
) -> tuple[str, list[Job], list[RefusedFile]]:
    """Make a job of each file: the id of the batch, its jobs, and the refused files.

    A batch that is sent again with its key returns its jobs, and makes those that are missing.

    Raises:
        SettingsError: A setting is out of its range.
        UploadError: There are too many files, or none is usable.
        IdempotencyKeyError: The key was used before with other files or settings.
        QuotaError: The owner would exceed a quota.
    """
    refuse_too_many(form)
    settings = kept_settings(form.settings().fields(), form.choices())
    stored, refused = await _store(form, submissions, question_check)
    if not stored:
        reasons = " ".join(f"{each.file_name}: {each.detail}" for each in refused)
        raise UploadError(f"None of the files can be used. {reasons}")
    batch_id, together = _id(owner, idempotency_key), _digest(stored)
    keys = [f"batch {batch_id} {n}" if idempotency_key else None for n in range(len(stored))]
    new = [
        each.job(owner, settings, batch_id=batch_id, idempotency_key=key, priority=form.priority)
        for each, key in zip(stored, keys, strict=True)
    ]
    return batch_id, await submissions.add_all(new, with_others=together), refused


def refuse_too_many(form: ManyFiles) -> None:
    """Raise UploadError if there are more files than one request may have."""
    if len(form.file) > MOST_FILES:
        raise UploadError(
            f"These are {len(form.file)} files; send at most {MOST_FILES} in one request."
        )


async def _store(
    form: ManyFiles, submissions: JobSubmission, question_check: QuestionCheck
) -> tuple[list[StoredTable], list[RefusedFile]]:
    stored: list[StoredTable] = []
    refused: list[RefusedFile] = []
    choices = form.choices()
    try:
        for file in form.file:
            name = clean_name(file.filename)
            try:
                stored.append(await submissions.store(name, chunks(file)))
                await question_check.check(stored[-1].key, choices)
            except UndecidedError as error:
                await submissions.storage.discard(stored.pop().key)
                refused.append(RefusedFile(file_name=name, detail=str(error)))
            except UploadError as error:
                refused.append(RefusedFile(file_name=name, detail=str(error)))
    except BaseException:
        for each in stored:
            await submissions.storage.discard(each.key)
        raise
    return stored, refused


def _id(owner: str, idempotency_key: str | None) -> str:
    """The id of a batch; the same each time if the batch has a key."""
    if idempotency_key is None:
        return new_job_id()
    return sha256(f"batch\0{owner}\0{idempotency_key}".encode()).hexdigest()[:32]


def _digest(stored: list[StoredTable]) -> str:
    """The digest of the files of a batch."""
    files = [(each.file_name, each.saved.sha256) for each in stored]
    return sha256(msgspec.json.encode(files)).hexdigest()
