"""What a job row keeps in its settings: those of the analysis, and which column is what."""

from typing import Any

import msgspec

from app.db.tables import Job

MAPPING = "mapping"


def settings_and_mapping(job: Job) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of the analysis by their fields, and the mapping (role to header) if any."""
    settings = msgspec.json.decode(job.settings)
    return settings, settings.pop(MAPPING, {})


def kept_settings(settings: dict[str, Any], mapping: dict[str, str]) -> dict[str, Any]:
    """Both as a job row keeps them; a job without a mapping has none."""
    return settings | ({MAPPING: mapping} if mapping else {})
