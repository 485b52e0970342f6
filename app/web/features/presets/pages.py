"""Settings under a name: saved, used and deleted, on the pages and by programs."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Request, delete, get, post
from litestar.response import Redirect, Template

from app.analysis.settings import BOUNDS, DATA_TYPES
from app.db.jobs.tables import Preset
from app.db.presets import PresetStore
from app.web.forms import PRESET_NAME, SettingsForm, as_fields, carried_on, settings_in
from app.web.http.problems import problems
from app.web.http.security import MANAGE, READ, User
from app.web.job_view import settings_by_form_name

SEE_OTHER: Literal[303] = 303
SETTINGS_FIELDS = {"bounds": BOUNDS, "data_types": DATA_TYPES}

AnyRequest = Request[User, Any, Any]


class PresetView(msgspec.Struct, frozen=True, kw_only=True):
    """A preset: its settings by the names under which a submission takes them."""

    id: str
    name: str
    settings: dict[str, Any]


class NewPreset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to keep under a name; those that are left out have their defaults."""

    name: str
    r2_threshold: float = SettingsForm.r2_threshold
    outlier_threshold: float = SettingsForm.outlier_threshold
    rt_tolerance: float = SettingsForm.rt_tolerance
    data_type: str = SettingsForm.data_type


class Presets(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's presets by name."""

    presets: list[PresetView]


@get("/api/v1/presets", tags=["presets"], responses=problems(), opt=READ)
async def list_presets(request: AnyRequest, presets: PresetStore) -> Presets:
    """The caller's presets."""
    return Presets(presets=await _all(presets, request.user.name))


@post("/api/v1/presets", tags=["presets"], status_code=201, responses=problems(), opt=MANAGE)
async def save_preset(request: AnyRequest, data: NewPreset, presets: PresetStore) -> PresetView:
    """Keep settings under a name, in place of those that the name had."""
    settings = settings_in(msgspec.to_builtins(data)).settings()
    saved = await presets.save(data.name, vars(settings), owner=request.user.name)
    return _view(saved)


@delete("/api/v1/presets/{preset_id:str}", tags=["presets"], responses=problems(404), opt=MANAGE)
async def delete_preset(request: AnyRequest, preset_id: str, presets: PresetStore) -> None:
    """Forget a preset; jobs that ran by it keep their settings."""
    await presets.delete(preset_id, owner=request.user.name)


@get("/settings", include_in_schema=False, opt=READ)
async def show_settings(request: AnyRequest, presets: PresetStore) -> Template:
    """The settings of a preset, as the fragment of a form."""
    context = await settings_context(request.query_params, presets, owner=request.user.name)
    return Template("fragments/settings.html", context=context)


@post("/presets", include_in_schema=False, status_code=200, opt=MANAGE)
async def save_on_page(request: AnyRequest, presets: PresetStore) -> Template | Redirect:
    """Keep the settings of a page's form under the name that was typed into it."""
    form, owner = await request.form(), request.user.name
    settings = settings_in(form).settings()
    saved = await presets.save(str(form.get(PRESET_NAME, "")), vars(settings), owner=owner)
    return await _back(request, presets, ("preset", saved.id))


@post("/presets/{preset_id:str}/delete", include_in_schema=False, status_code=200, opt=MANAGE)
async def delete_on_page(
    request: AnyRequest, preset_id: str, presets: PresetStore
) -> Template | Redirect:
    """Forget a preset; the settings in the form stay."""
    await presets.delete(preset_id, owner=request.user.name)
    return await _back(request, presets)


async def settings_context(
    given: Mapping[str, Any], presets: PresetStore, *, owner: str
) -> dict[str, Any]:
    """What the fields of settings are drawn from: a preset, or values given by name."""
    chosen = None
    settings = as_fields(settings_in(given))
    if given.get("preset"):
        chosen = _view(await presets.get(str(given["preset"]), owner=owner))
        settings = chosen.settings
    return {**SETTINGS_FIELDS, "settings": settings, "chosen": chosen} | {
        "presets": await _all(presets, owner)
    }


async def _back(
    request: AnyRequest, presets: PresetStore, *more: tuple[str, str]
) -> Template | Redirect:
    """The list of presets for htmx; else the page that the form was on, as it was."""
    if "HX-Request" in request.headers:
        context = {"presets": await _all(presets, request.user.name)}
        return Template("fragments/presets.html", context=context)
    form = await request.form()
    page = "/preview" if "upload" in form else "/"
    return Redirect(f"{page}?{urlencode([*carried_on(form), *more])}", status_code=SEE_OTHER)


async def _all(presets: PresetStore, owner: str) -> list[PresetView]:
    return [_view(preset) for preset in await presets.all(owner=owner)]


def _view(preset: Preset) -> PresetView:
    settings = settings_by_form_name(msgspec.json.decode(preset.settings))
    return PresetView(id=preset.id, name=preset.name, settings=settings)
