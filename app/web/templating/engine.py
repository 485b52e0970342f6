"""The engine of the templates: Jinja, with our formats of numbers as filters."""

from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from app.runtime.program_files import program_folder
from app.web.templating.numbers import FILTERS


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """The configuration of the templates for Litestar."""
    return TemplateConfig(
        directory=program_folder("templates"),
        engine=JinjaTemplateEngine,
        engine_callback=lambda it: it.engine.filters.update(FILTERS),
    )
