"""Name, tags and note of a job: what it is called, words to find it by, and a text about it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from piccolo.columns import And

from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import add_entries, add_entry
from app.db.jobs.tables import Job

MOST_TAGS = 20
LONGEST_TAG = 40
LONGEST_NOTE = 2000
LONGEST_NAME = 200
SIGNED_OFF = "This version is signed off, so its name and note stay. Its tags can be changed."
# The ending of a file's name. Names of downloads are made without it.
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
# A letter or digit first, so that a tag is neither an option nor an exclusion in a filter.
TAG = re.compile(r"[^\W_][\w.+/-]*")
# Control characters, which a terminal obeys, and marks that make a text read as another one.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069]")
SEPARATORS = re.compile(r"[\s,;]+")


class LabelError(Exception):
    """A name, tags or a note cannot be saved; the text says why and what is allowed."""


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that a user typed, between spaces or commas: in lower case, each once.

    Raises:
        LabelError: a word cannot be a tag, or there are too many.
    """
    return checked_tags(word for word in SEPARATORS.split(text) if word)


def checked_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Return these tags in lower case, each once.

    Raises:
        LabelError: a word cannot be a tag, or there are too many.
    """
    tags = tuple(dict.fromkeys(as_tag(word) for word in words))
    if len(tags) > MOST_TAGS:
        raise LabelError(f"A job has at most {MOST_TAGS} tags, and these are {len(tags)}.")
    return tags


def as_tag(word: str) -> str:
    """Return a word as a tag.

    Raises:
        LabelError: the word cannot be a tag.
    """
    tag = unicodedata.normalize("NFC", word.strip()).lower()
    if len(tag) > LONGEST_TAG or not TAG.fullmatch(tag):
        raise LabelError(
            f"{word[:LONGEST_TAG]!r} cannot be a tag. A tag is one word of at most {LONGEST_TAG} "
            "letters, digits and . + / _ -, and starts with a letter or digit."
        )
    return tag


def tags_of(job: Job) -> tuple[str, ...]:
    """Return the tags of a job, in the order in which they were given."""
    return tuple(job.tags.split())


async def set_labels(
    job: Job,
    *,
    by: str,
    tags: Iterable[str] | None = None,
    note: str | None = None,
    name: str | None = None,
) -> Job:
    """Replace the tags, the note or the name of a job; None leaves each as it is.

    The record of its run and its trail keep the name that the file had.

    Raises:
        LabelError: a word cannot be a tag, there are too many, a text cannot be used, or the
            version is signed off.
        JobNotFoundError: the job was deleted meanwhile.
    """
    wanted = tags_of(job) if tags is None else checked_tags(tags)
    text = job.note if note is None else _checked_note(note)
    called = job.file_name if name is None else _checked_name(name, job.file_name)
    if job.signed_off_at and (text, called) != (job.note, job.file_name):
        raise LabelError(SIGNED_OFF)
    async with transaction():
        await _note_changes(job, wanted, text, called, by=by)
        values: Values = {Job.tags: _stored(wanted), Job.note: text, Job.file_name: called}
        rows = await Job.update(values).where(Job.id == job.id).returning(*Job.all_columns())
        if not rows:
            raise JobNotFoundError(f"There is no job {job.id}.")
    return Job(**rows[0])


async def _note_changes(
    job: Job, tags: Sequence[str], note: str, file_name: str, *, by: str
) -> None:
    """Add what is new to the audit trail."""
    if file_name != job.file_name:
        renamed = {"from": job.file_name, "to": file_name}
        await add_entry(job, who=by, what="renamed", detail=renamed)
    if tuple(tags) != tags_of(job):
        await add_entry(job, who=by, what="tags changed", detail={"tags": list(tags)})
    if note != job.note:
        await add_entry(job, who=by, what="note changed")


async def add_and_remove_tags(
    jobs: Sequence[Job], *, by: str, add: Collection[str] = (), remove: Collection[str] = ()
) -> dict[str, str]:
    """Add tags to jobs and remove others from them, in as few statements as they allow.

    Returns why a job could not be changed, by its id.
    """
    refused: dict[str, str] = {}
    changed: dict[tuple[str, ...], list[Job]] = {}
    for job in jobs:
        try:
            tags = checked_tags(tag for tag in (*tags_of(job), *add) if tag not in remove)
        except LabelError as error:
            refused[job.id] = str(error)
            continue
        if tags != tags_of(job):
            changed.setdefault(tags, []).append(job)
    async with transaction():
        for tags, alike in changed.items():
            gone = await _set_tags(alike, tags, by=by)
            refused |= {job.id: f"There is no job {job.id}." for job in gone}
    return refused


async def _set_tags(jobs: Sequence[Job], tags: tuple[str, ...], *, by: str) -> list[Job]:
    """Replace the tags of jobs by the same ones; return the jobs that are deleted meanwhile."""
    are_these = Job.id.is_in([job.id for job in jobs])
    rows = await Job.update({Job.tags: _stored(tags)}).where(are_these).returning(Job.id)
    found = {row["id"] for row in rows}
    await add_entries(
        [job for job in jobs if job.id in found],
        who=by,
        what="tags changed",
        detail={"tags": list(tags)},
    )
    return [job for job in jobs if job.id not in found]


async def tags_of_owner(owner: str) -> dict[str, int]:
    """Return the tags of an owner's jobs, sorted, with the number of jobs that have each."""
    has_some = And(Job.owner == owner, Job.tags != "")
    counts: dict[str, int] = {}
    for row in await Job.select(Job.tags).where(has_some):
        for tag in row["tags"].split():
            counts[tag] = counts.get(tag, 0) + 1
    return dict(sorted(counts.items()))


def _stored(tags: tuple[str, ...]) -> str:
    return f" {' '.join(tags)} " if tags else ""


def _checked_name(name: str, before: str) -> str:
    """The name, with the ending that the former one has."""
    text, ending = unicodedata.normalize("NFC", name.strip()), ENDING.search(before)
    if ending and not text.lower().endswith(ending[0].lower()):
        text += ending[0] if text else ""
    if not text or not text.isprintable() or "/" in text or "\\" in text:
        raise LabelError("Write the name on one line, with at least one character and no / or \\.")
    if len(text) > LONGEST_NAME:
        raise LabelError(f"The name has {len(text)} characters; write at most {LONGEST_NAME}.")
    return text


def _checked_note(note: str) -> str:
    text = UNSEEN.sub("", note.replace("\r\n", "\n")).strip()
    if len(text) > LONGEST_NOTE:
        raise LabelError(f"The note has {len(text):,} characters; write at most {LONGEST_NOTE:,}.")
    return text
