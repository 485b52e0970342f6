"""What a job row keeps in its settings: those of the analysis, columns, files and overrides."""

from typing import Any

import msgspec

from app.analysis.overrides import Override, Overrides, join_overrides, split_overrides
from app.analysis.reading.cohort import CohortFile
from app.db.jobs.tables import Job

MAPPING = "mapping"
FILES = "files"


def settings_and_mapping(job: Job) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of the analysis by their fields, and the mapping (role to header) if any."""
    settings, _ = split_overrides(msgspec.json.decode(job.settings))
    settings.pop(FILES, None)
    return settings, settings.pop(MAPPING, {})


def overrides_of(job: Job) -> tuple[Override, ...]:
    """What a person decided against the rules."""
    return split_overrides(msgspec.json.decode(job.settings))[1]


def files_of(job: Job) -> tuple[CohortFile, ...]:
    """The files of a cohort, in the order of its upload; none of a job of one table."""
    stored = msgspec.json.decode(job.settings).get(FILES, ())
    return msgspec.convert(stored, tuple[CohortFile, ...])


def kept_settings(
    settings: dict[str, Any],
    mapping: dict[str, str],
    overrides: Overrides = (),
    files: tuple[CohortFile, ...] = (),
) -> dict[str, Any]:
    """All of it as a job row keeps it; what there is not is left out."""
    kept = settings | ({MAPPING: mapping} if mapping else {})
    kept |= {FILES: msgspec.to_builtins(files)} if files else {}
    return join_overrides(kept, overrides)
