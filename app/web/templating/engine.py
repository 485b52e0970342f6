"""The engine of the templates: Jinja, with our words and numbers, and our read-only pages."""

from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from app.analysis.state.calls import ASSIGNMENTS
from app.runtime.program_files import program_folder
from app.web.templating.filters import FILTERS
from app.web.templating.read_only import ReadOnlyPages, is_read_only, may_send


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """The configuration of the templates for Litestar."""
    return TemplateConfig(
        directory=program_folder("templates"),
        engine=JinjaTemplateEngine,
        engine_callback=_extend,
    )


def _extend(templates: JinjaTemplateEngine) -> None:
    templates.engine.filters.update(FILTERS)
    templates.engine.add_extension(ReadOnlyPages)
    templates.engine.globals |= {"may_send": may_send, "is_read_only": is_read_only}
    templates.engine.globals["assignments"] = ASSIGNMENTS  # for the words of scripts
