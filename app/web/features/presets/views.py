"""Presets as the API and the pages show them, and the settings fields that they fill."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.analysis.settings import BOUNDS, DATA_TYPES
from app.db.jobs.tables import Preset
from app.db.jobs.turns.priority import Priority
from app.db.libraries.store import newest_versions
from app.db.presets import PresetStore
from app.web import words
from app.web.forms.page_form import as_fields, settings_in
from app.web.forms.priority import PRIORITY, chosen_priority
from app.web.job_view import AUTO_NOTATION, settings_by_form_name

SETTINGS_FIELDS = {
    "bounds": BOUNDS,
    "data_types": DATA_TYPES,
    "notations": words.NOTATIONS,
    "choices": words.CHOICES,
}


class PresetView(msgspec.Struct, frozen=True, kw_only=True):
    """A preset with its settings, under the names of a submission's fields."""

    id: str
    name: str
    settings: dict[str, Any]


async def settings_context(
    given: Mapping[str, Any], presets: PresetStore, *, owner: str
) -> dict[str, Any]:
    """The context of the fields of new jobs: the settings of a preset, or given values."""
    chosen = None
    settings = as_fields(settings_in(given))
    if given.get("preset"):
        chosen = preset_view(await presets.get(str(given["preset"]), owner=owner))
        settings = chosen.settings
    return {
        **SETTINGS_FIELDS,
        "settings": settings,
        "chosen": chosen,
        "presets": await all_presets(presets, owner),
        "libraries": await library_choices(owner),
        "priority": chosen_priority(given.get(PRIORITY, Priority.NORMAL)),
    }


async def library_choices(user: str) -> dict[str, str]:
    """The newest version of each library that a user may use, with its title."""
    return {
        f"{library.id}-{version}": f"{library.name}, version {version}"
        for library, version in await newest_versions(user)
    }


async def all_presets(presets: PresetStore, owner: str) -> list[PresetView]:
    """List an owner's presets by name."""
    return [preset_view(preset) for preset in await presets.all(owner=owner)]


def preset_view(preset: Preset) -> PresetView:
    """The view of a stored preset, with its settings under the names of the form."""
    settings = settings_by_form_name(AUTO_NOTATION | msgspec.json.decode(preset.settings))
    return PresetView(id=preset.id, name=preset.name, settings=settings)
