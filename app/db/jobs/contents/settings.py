"""The ``settings`` column of a job: analysis settings, reading choices, files, overrides."""

from typing import Any

import msgspec

from app.analysis.overrides.override import Override, Overrides, join_overrides, split_overrides
from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AS_FOUND, ReadingChoices
from app.db.jobs.tables import Job

MAPPING = "mapping"
READING = "reading"
FILES = "files"
# The mark of a job whose table the arbiter made; no upload can set it.
ARBITER = "arbiter"


def settings_and_choices(job: Job) -> tuple[dict[str, Any], ReadingChoices]:
    """Return the analysis settings by field, and how the table is to be read."""
    settings, _ = split_overrides(msgspec.json.decode(job.settings))
    for name in (FILES, ARBITER):
        settings.pop(name, None)
    columns = {"columns": settings.pop(MAPPING, {})}
    return settings, msgspec.convert(settings.pop(READING, {}) | columns, ReadingChoices)


def overrides_of(job: Job) -> tuple[Override, ...]:
    """Return the overrides of a job, which people set against the rules."""
    return split_overrides(msgspec.json.decode(job.settings))[1]


def files_of(job: Job) -> tuple[CohortFile, ...]:
    """Return the files of a cohort in order of upload; empty for a job with one table."""
    stored = msgspec.json.decode(job.settings).get(FILES, ())
    return msgspec.convert(stored, tuple[CohortFile, ...])


def is_arbitration(job: Job) -> bool:
    """Whether the arbiter made the table of a job from the readings of two programs."""
    return msgspec.json.decode(job.settings).get(ARBITER) is True


def kept_settings(
    settings: dict[str, Any],
    choices: ReadingChoices = AS_FOUND,
    overrides: Overrides = (),
    files: tuple[CohortFile, ...] = (),
    *,
    is_arbitration: bool = False,
) -> dict[str, Any]:
    """Join all parts into the value of the column; empty parts are left out."""
    reading = msgspec.to_builtins(choices)
    columns = reading.pop("columns", {})
    kept = settings | ({MAPPING: columns} if columns else {})
    kept |= {READING: reading} if reading else {}
    kept |= {FILES: msgspec.to_builtins(files)} if files else {}
    kept |= {ARBITER: True} if is_arbitration else {}
    return join_overrides(kept, overrides)
