"""The ``settings`` column of a job: analysis settings, column mapping, files and overrides."""

from typing import Any

import msgspec

from app.analysis.overrides import Override, Overrides, join_overrides, split_overrides
from app.analysis.reading.cohort import CohortFile
from app.db.jobs.tables import Job

MAPPING = "mapping"
FILES = "files"


def settings_and_mapping(job: Job) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the analysis settings by field, and the column mapping (role to header)."""
    settings, _ = split_overrides(msgspec.json.decode(job.settings))
    settings.pop(FILES, None)
    return settings, settings.pop(MAPPING, {})


def overrides_of(job: Job) -> tuple[Override, ...]:
    """Return the overrides of a job, which people set against the rules."""
    return split_overrides(msgspec.json.decode(job.settings))[1]


def files_of(job: Job) -> tuple[CohortFile, ...]:
    """Return the files of a cohort in order of upload; empty for a job with one table."""
    stored = msgspec.json.decode(job.settings).get(FILES, ())
    return msgspec.convert(stored, tuple[CohortFile, ...])


def kept_settings(
    settings: dict[str, Any],
    mapping: dict[str, str],
    overrides: Overrides = (),
    files: tuple[CohortFile, ...] = (),
) -> dict[str, Any]:
    """Join all parts into the value of the column; empty parts are left out."""
    kept = settings | ({MAPPING: mapping} if mapping else {})
    kept |= {FILES: msgspec.to_builtins(files)} if files else {}
    return join_overrides(kept, overrides)
