"""The API of presets: settings saved under a name for later submissions."""

import msgspec
from litestar import delete, get, post

from app.db.presets import PresetStore
from app.web.features.presets.views import PresetView, all_presets, preset_view
from app.web.forms.fields import SettingsForm
from app.web.forms.page_form import settings_in
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest


class NewPreset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to save under a name; omitted ones have their defaults."""

    name: str
    r2_threshold: float = SettingsForm.r2_threshold
    outlier_threshold: float = SettingsForm.outlier_threshold
    rt_tolerance: float = SettingsForm.rt_tolerance
    mz_tolerance_ppm: float = SettingsForm.mz_tolerance_ppm
    blank_factor: float = SettingsForm.blank_factor
    data_type: str = SettingsForm.data_type
    library: str = SettingsForm.library
    decimal: str = SettingsForm.decimal
    rt_unit: str = SettingsForm.rt_unit


class Presets(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's presets by name."""

    presets: list[PresetView]


@get("/api/v1/presets", tags=["presets"], responses=problems(), opt=READ)
async def list_presets(request: AnyRequest, presets: PresetStore) -> Presets:
    """List the caller's presets."""
    return Presets(presets=await all_presets(presets, request.user.name))


@post("/api/v1/presets", tags=["presets"], status_code=201, responses=problems(), opt=MANAGE)
async def save_preset(request: AnyRequest, data: NewPreset, presets: PresetStore) -> PresetView:
    """Save settings under a name; a preset with this name is replaced."""
    settings = settings_in(msgspec.to_builtins(data)).kept()
    saved = await presets.save(data.name, settings, owner=request.user.name)
    return preset_view(saved)


@delete("/api/v1/presets/{preset_id:str}", tags=["presets"], responses=problems(404), opt=MANAGE)
async def delete_preset(request: AnyRequest, preset_id: str, presets: PresetStore) -> None:
    """Delete a preset; jobs that used it keep their settings."""
    await presets.delete(preset_id, owner=request.user.name)


HANDLERS = [list_presets, save_preset, delete_preset]
