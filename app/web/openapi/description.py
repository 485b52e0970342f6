"""The description of the API by OpenAPI 3.1: how it is built, and what is added to it."""

from typing import Any, TypeAlias

import msgspec
from litestar import Litestar, Request, Router, get
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from app import __version__
from app.web.features.results.export_source import FORMATS
from app.web.http.security import READ
from app.web.openapi.docs_page import ApiDocs
from app.web.openapi.examples import SHOWN, Shown
from app.web.openapi.limits import add_limits
from app.web.streaming.event_docs import EACH_EVENT, EVENT_STREAM

OPENAPI_JSON = OpenAPIMediaType.OPENAPI_JSON
INTRODUCTION = """\
Audited calls for ganglioside LC-MS peak lists.

Send the token as `Authorization: Bearer TOKEN`. Submit a table, follow the job by its events, then
read its rows. Every error is problem+json (RFC 9457) whose `detail` says what to do. Pass over
fields and events that you do not know: what is added later is no break.
"""
TAGS = {
    "jobs": "A peak table that is analyzed, was or will be.",
    "batches": "Many tables in one request: a job each, or one cohort.",
    "rows": "The rows of a result, why each is called as it is, and the models.",
    "results": "Files of a result, its record, and its versions.",
    "events": "What happens, as server-sent events.",
    "presets": "Settings under a name.",
    "retention": "How long jobs are kept.",
    "schedules": "What runs by the clock, for administrators.",
    "tokens": "The tokens of programs.",
    "webhooks": "Addresses that are called when a job ends.",
    "shares": "Jobs that others may see.",
    "ops": "How the installation fares; for administrators.",
    "security": "What was done to accounts and settings; for administrators.",
    "health": "Whether this server works.",
}
# An export is of one of many types.
FILES = {
    kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()
} | {"application/json": {"schema": {"type": "object"}}}

Json: TypeAlias = dict[str, Any]


def openapi_config() -> OpenAPIConfig:
    """What the description begins with."""
    return OpenAPIConfig(
        title="Sialoscope",
        version=__version__,
        description=INTRODUCTION,
        path="/api/docs",
        openapi_router=Router("/api/docs", route_handlers=[], include_in_schema=False, opt=READ),
        render_plugins=[ApiDocs(path="/"), DescriptionBesideDocs()],
        security=[{"token": []}],
        tags=[Tag(name=name, description=says) for name, says in TAGS.items()],
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
        ),
        operation_id_creator=_operation_id,
        use_handler_docstrings=True,
    )


@get("/api/openapi.json", include_in_schema=False, media_type=OPENAPI_JSON, opt=READ)
async def show_description(request: Request[Any, Any, Any]) -> Json:
    """The description for programs."""
    return description_of(request.app)


class DescriptionBesideDocs(OpenAPIRenderPlugin):
    """The same for the page that shows it."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OPENAPI_JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:  # noqa: ARG002
        """As JSON."""
        return msgspec.json.encode(description_of(request.app))


def description_of(app: Litestar) -> Json:
    """The whole description, which is made once."""
    if "description" not in app.state:
        app.state.description = _completed(app.openapi_schema.to_schema())
    described: Json = app.state.description
    return described


def _completed(schema: Json) -> Json:
    """Add what each answer means, an example of it and of what is sent, and the limits."""
    add_limits(schema["components"]["schemas"])
    for operation in operations(schema):
        operation["summary"] = _summary(operation)
        if "health" in operation["tags"]:
            operation["security"] = []  # it asks for no token
        if operation["operationId"] in SHOWN:
            _show(operation, SHOWN[operation["operationId"]])
        if operation["operationId"] == "exportJob":
            _success(operation)["content"] = FILES
        if "events" in operation["tags"]:
            _success(operation)["content"][EVENT_STREAM]["schema"] = EACH_EVENT
    return schema


def operations(schema: Json) -> list[Json]:
    """All that the API can do."""
    return [operation for item in schema["paths"].values() for operation in item.values()]


def _show(operation: Json, shown: Shown) -> None:
    success = _success(operation)
    success["description"] = shown.says
    if shown.answer is not None:
        _put_example(success, shown.answer)
    if shown.request is not None:
        _put_example(operation["requestBody"], shown.request)


def _put_example(body: Json, example: Any) -> None:  # noqa: ANN401 - any JSON
    for content in body["content"].values():
        content["examples"] = {"usual": {"value": example}}


def _success(operation: Json) -> Json:
    success: Json = operation["responses"][min(operation["responses"])]
    return success


def _summary(operation: Json) -> str:
    """The first sentence of its description."""
    first: str = operation.get("description", "").partition("\n")[0]
    return first.partition(".")[0].partition(":")[0]


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The name of the handler as programs write it: ``submitJob``."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
