"""What a job row keeps in its settings: those of the analysis, which column is what, overrides."""

from typing import Any

import msgspec

from app.analysis.overrides import Override, Overrides, joined, split
from app.db.tables import Job

MAPPING = "mapping"


def settings_and_mapping(job: Job) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of the analysis by their fields, and the mapping (role to header) if any."""
    settings, _ = split(msgspec.json.decode(job.settings))
    return settings, settings.pop(MAPPING, {})


def overrides_of(job: Job) -> tuple[Override, ...]:
    """What a person decided against the rules."""
    return split(msgspec.json.decode(job.settings))[1]


def kept_settings(
    settings: dict[str, Any], mapping: dict[str, str], overrides: Overrides = ()
) -> dict[str, Any]:
    """All of it as a job row keeps it; a job without a mapping or overrides has none."""
    return joined(settings | ({MAPPING: mapping} if mapping else {}), overrides)
