"""The description of the API by OpenAPI 3.1: how it is built, and what is added to it."""

from typing import Any, cast

from litestar import Request, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import (
    Components,
    Example,
    OpenAPI,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Schema,
    SecurityScheme,
    Tag,
)

from app import __version__
from app.web.api.examples import SHOWN, Shown
from app.web.api.limits import add_limits
from app.web.api_docs import ApiDocs
from app.web.event_docs import EACH_EVENT
from app.web.exports import FORMATS
from app.web.security import READ

OPENAPI_JSON = "application/vnd.oai.openapi+json"
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
    "health": "Whether this server works.",
}


def openapi_config() -> OpenAPIConfig:
    """What the description begins with."""
    return OpenAPIConfig(
        title="Sialoscope",
        version=__version__,
        description=INTRODUCTION,
        path="/api/docs",
        openapi_router=Router("/api/docs", route_handlers=[], include_in_schema=False, opt=READ),
        render_plugins=[ApiDocs(path="/")],
        security=[{"token": []}],
        tags=[Tag(name=name, description=says) for name, says in TAGS.items()],
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
        ),
        operation_id_creator=_operation_id,
        use_handler_docstrings=True,
    )


@get("/api/openapi.json", include_in_schema=False, media_type=OPENAPI_JSON, opt=READ)
async def show_description(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The description for programs."""
    return request.app.openapi_schema.to_schema()


def complete(openapi: OpenAPI) -> None:
    """Tell what each answer means, show one, and what is sent for it, within which limits."""
    add_limits(openapi)
    for operation in operations(openapi):
        operation.summary = _summary(operation)
        if "health" in (operation.tags or []):
            operation.security = [{}]  # it asks for no token
        shown = SHOWN.get(str(operation.operation_id))
        if shown is None:
            continue
        _show_answer(operation, shown)
        if shown.request is not None and operation.request_body is not None:
            for content in operation.request_body.content.values():  # type: ignore[union-attr]
                content.examples = {"usual": Example(value=shown.request)}
        if operation.operation_id == "exportJob":
            _show_files(operation)
        if "events" in (operation.tags or []):
            _show_events(operation)


def operations(openapi: OpenAPI) -> list[Operation]:
    """All that the API can do."""
    items = (openapi.paths or {}).values()
    methods = (each for item in items for each in (item.get, item.post, item.delete))
    return [operation for operation in methods if operation is not None]


def _show_answer(operation: Operation, shown: Shown) -> None:
    success = _success(operation)
    success.description = shown.says
    for content in (success.content or {}).values() if shown.answer is not None else ():
        content.examples = {"usual": Example(value=shown.answer)}


def _show_files(operation: Operation) -> None:
    """An export is of one of many types."""
    file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
    content = {kind.media_type: OpenAPIMediaType(schema=file) for kind in FORMATS.values()}
    content["application/json"] = OpenAPIMediaType(schema=Schema(type=OpenAPIType.OBJECT))
    _success(operation).content = content


def _show_events(operation: Operation) -> None:
    for content in (_success(operation).content or {}).values():
        content.schema = EACH_EVENT


def _success(operation: Operation) -> OpenAPIResponse:
    responses = operation.responses or {}
    return cast("OpenAPIResponse", responses[min(responses)])


def _summary(operation: Operation) -> str:
    """The first sentence of its description."""
    return (operation.description or "").partition("\n")[0].partition(".")[0].partition(":")[0]


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The name of the handler as programs write it: ``submitJob``."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
