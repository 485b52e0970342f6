"""The help: the list of its pages, and each page."""

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Template

from app.web.features.help.guide import GUIDE
from app.web.http.identity.security import READ


@get("/help", include_in_schema=False, opt=READ)
async def help_page() -> Template:
    """The list of the pages of the help."""
    return Template("help/list.html", context={"guide": GUIDE})


@get("/help/{name:str}", include_in_schema=False, opt=READ)
async def guide_page(name: str) -> Template:
    """One page of the help."""
    if name not in GUIDE:
        raise NotFoundException("There is no such page of the help. The list of its pages: /help")
    # Imported here because other pages need no parser of Markdown.
    from app.web.features.help.rendering import rendered

    return Template(
        "help/page.html", context={"guide": GUIDE, "name": name, "page": rendered(name)}
    )


HANDLERS = [help_page, guide_page]
