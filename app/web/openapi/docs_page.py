"""The page of the API's documentation: Swagger UI from the package's own files, no other host.

Above it stands a list of all operations, for the browser's search and for one without JavaScript.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.response import Template

Json = dict[str, Any]


class Operation(NamedTuple):
    """A line of the list: the method and path, what it does, and the scheme of its parameters."""

    method: str
    path: str
    summary: str
    parameters: list[str]


class Group(NamedTuple):
    """The operations of one subject."""

    name: str
    meaning: str
    operations: list[Operation]


class ApiDocs(OpenAPIRenderPlugin):
    """Renders ``templates/pages/api_docs.html``, which loads ``openapi.json`` beside it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        """The page; its script fetches the schema."""
        page = Template("pages/api_docs.html", context={"groups": groups_of(openapi_schema)})
        engine: Any = request.app.template_engine
        template = engine.get_template("pages/api_docs.html")
        return str(template.render(page.create_template_context(request))).encode()


def groups_of(schema: Json) -> list[Group]:
    """The operations of a description by subject, in the order of its tags and paths."""
    groups = {tag["name"]: Group(tag["name"], tag["description"], []) for tag in schema["tags"]}
    for tag, operation in _operations(schema):
        groups[tag].operations.append(operation)
    return [group for group in groups.values() if group.operations]


def _operations(schema: Json) -> Iterator[tuple[str, Operation]]:
    for path, item in schema["paths"].items():
        for method, described in item.items():
            summary = described.get("description", "").partition("\n\n")[0].replace("\n", " ")
            names = [each["name"] for each in described.get("parameters", [])]
            yield described["tags"][0], Operation(method.upper(), path, summary, names)
