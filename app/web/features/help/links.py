"""Where a link of the documentation leads in the product."""

from app.web.features.help.guide import GUIDE

ELSEWHERE = {
    "openapi-v1.json": "/api/openapi.json",
    "../static/examples/dashboard.js": "/static/examples/dashboard.js",
}


def place_of(link: str) -> str | None:
    """The address of what a link of ``docs`` leads to, or None if the product does not serve it."""
    if link.startswith(("#", "https://")):
        return link
    file, mark, anchor = link.partition("#")
    if file in ELSEWHERE:
        return ELSEWHERE[file]
    name = file.removesuffix(".md")
    return f"/help/{name}{mark}{anchor}" if name in GUIDE else None
