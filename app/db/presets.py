"""The presets of an owner: analysis settings saved under a unique name."""

from typing import Any
from uuid import uuid4

import msgspec
from piccolo.columns import And

from app.db.engine.transaction import one_by_one
from app.db.jobs.tables import Preset

MOST_PRESETS = 100
LONGEST_NAME = 60


class PresetNotFoundError(Exception):
    """There is no such preset, or it belongs to another owner."""


class PresetError(Exception):
    """A preset cannot be saved; the text says why and what to do."""


class PresetStore:
    """The presets in the database. Owners see only their own."""

    async def all(self, *, owner: str) -> list[Preset]:
        """Return the owner's presets, sorted by name."""
        return await Preset.objects().where(Preset.owner == owner).order_by(Preset.name)

    async def get(self, preset_id: str, *, owner: str) -> Preset:
        """Return one preset.

        Raises:
            PresetNotFoundError: there is no such preset.
        """
        preset = await Preset.objects().where(_has_id(preset_id, owner)).first()
        if preset is None:
            raise PresetNotFoundError(f"There is no preset {preset_id}; it may have been deleted.")
        return preset

    async def save(self, name: str, settings: dict[str, Any], *, owner: str) -> Preset:
        """Save settings under a name; this replaces an earlier preset with the same name.

        Raises:
            PresetError: the name is empty or too long, or the owner has too many presets.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise PresetError(f"Give the preset a name of 1 to {LONGEST_NAME} characters.")
        kept = msgspec.json.encode(settings).decode()
        preset = Preset(id=uuid4().hex, owner=owner, name=name, settings=kept)
        insert = Preset.insert(preset).on_conflict(
            target=(Preset.owner, Preset.name), action="DO UPDATE", values=[Preset.settings]
        )
        async with one_by_one(f"presets {owner}"):
            names = {each.name for each in await self.all(owner=owner)}
            if name not in names and len(names) >= MOST_PRESETS:
                raise PresetError(
                    f"You have {MOST_PRESETS} presets; delete one before you save another."
                )
            (row,) = await insert.returning(*Preset.all_columns())
        return Preset(**row)

    async def delete(self, preset_id: str, *, owner: str) -> None:
        """Delete a preset.

        Raises:
            PresetNotFoundError: there is no such preset.
        """
        if not await Preset.delete().where(_has_id(preset_id, owner)).returning(Preset.id):
            raise PresetNotFoundError(f"There is no preset {preset_id}; it may have been deleted.")


def _has_id(preset_id: str, owner: str) -> And:
    return And(Preset.id == preset_id, Preset.owner == owner)
