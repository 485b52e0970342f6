"""The page fragments of presets: choose, save and delete saved settings in a form."""

from typing import Literal
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.presets import PresetStore
from app.web.features.presets.views import all_presets, settings_context
from app.web.forms.page_form import PRESET_NAME, fields_to_keep, settings_in
from app.web.http.identity.security import MANAGE, READ, AnyRequest

SEE_OTHER: Literal[303] = 303


@get("/settings", include_in_schema=False, opt=READ)
async def show_settings(request: AnyRequest, presets: PresetStore) -> Template:
    """The settings of a preset, as a fragment of a form."""
    context = await settings_context(request.query_params, presets, owner=request.user.name)
    return Template("fragments/settings.html", context=context)


@post("/presets", include_in_schema=False, status_code=200, opt=MANAGE)
async def save_on_page(request: AnyRequest, presets: PresetStore) -> Template | Redirect:
    """Save the settings of a page's form under the name typed into it."""
    form, owner = await request.form(), request.user.name
    settings = settings_in(form).kept()
    saved = await presets.save(str(form.get(PRESET_NAME, "")), settings, owner=owner)
    return await _presets_or_page(request, presets, ("preset", saved.id))


@post("/presets/{preset_id:str}/delete", include_in_schema=False, status_code=200, opt=MANAGE)
async def delete_on_page(
    request: AnyRequest, preset_id: str, presets: PresetStore
) -> Template | Redirect:
    """Delete a preset; the settings in the form stay."""
    await presets.delete(preset_id, owner=request.user.name)
    return await _presets_or_page(request, presets)


async def _presets_or_page(
    request: AnyRequest, presets: PresetStore, *more: tuple[str, str]
) -> Template | Redirect:
    """The list of presets for htmx; otherwise the page of the form, unchanged."""
    if "HX-Request" in request.headers:
        context = {"presets": await all_presets(presets, request.user.name)}
        return Template("fragments/presets.html", context=context)
    form = await request.form()
    page = "/preview" if "upload" in form else "/"
    return Redirect(f"{page}?{urlencode([*fields_to_keep(form), *more])}", status_code=SEE_OTHER)


HANDLERS = [show_settings, save_on_page, delete_on_page]
