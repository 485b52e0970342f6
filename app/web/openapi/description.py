"""The OpenAPI 3.1 description of the API: how it is built, and what is added to it."""

from typing import Any, TypeAlias

import msgspec
from litestar import Litestar, Request, Router, get
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from app.version import __version__
from app.web.features.cohorts.exports import MEDIA_TYPES
from app.web.features.results.downloads.source import FORMATS
from app.web.http.identity.security import READ
from app.web.openapi.answers import MEANINGS
from app.web.openapi.docs_page import ApiDocs
from app.web.openapi.examples import example_of
from app.web.openapi.limits import add_limits
from app.web.openapi.typical_values import ANSWERS
from app.web.streaming.event_docs import EACH_EVENT, EVENT_STREAM

OPENAPI_JSON = OpenAPIMediaType.OPENAPI_JSON
INTRODUCTION = """\
Audited calls for ganglioside LC-MS peak lists.

Send the token as `Authorization: Bearer TOKEN`. Submit a table, follow the job by its events, then
read its rows. Every error is problem+json (RFC 9457) whose `detail` says what to do. Ignore unknown
fields and events: adding them is not a breaking change.
"""
TAGS = {
    "jobs": "Peak tables and their analyses.",
    "bulk": "Actions on all jobs that match a filter, with their progress.",
    "queue": "Whether the jobs that wait are started.",
    "batches": "Many tables in one request: one job for each, or one cohort.",
    "rows": "The rows of a result, why each has its call, and the models.",
    "cohorts": "The samples of a result side by side: species by sample, groups compared.",
    "results": "Files of a result, its record, and its versions.",
    "events": "The progress of jobs, as server-sent events.",
    "dashboards": "Streams for pages of other sites, and the short-lived tokens that open them.",
    "presets": "Settings saved under a name.",
    "libraries": "Retention libraries of methods: laws of finished runs, as priors of later ones.",
    "retention": "How long jobs are kept.",
    "schedules": "Tasks that run at fixed times; for administrators.",
    "tokens": "The tokens of programs.",
    "webhooks": "Addresses that are called when a job ends.",
    "reviews": "Readers judge rows without seeing the result; a version is signed off.",
    "shares": "Jobs that other accounts may see.",
    "ops": "The state of the installation; for administrators.",
    "security": "The security trail of accounts and settings; for administrators.",
    "health": "Whether this server works.",
}
FILE = {"schema": {"type": "string", "format": "binary"}}
# An export has one of many media types.
FILES = {
    "downloadTargetList": {"text/csv": FILE},
    "exportJob": {kind.media_type: FILE for kind in FORMATS.values()}
    | {"application/json": {"schema": {"type": "object"}}},
    "exportCohort": dict.fromkeys(MEDIA_TYPES.values(), FILE),
    "downloadJudgements": dict.fromkeys(MEDIA_TYPES.values(), FILE),
    "downloadBundle": {"application/zip": FILE},
    "exportLibrary": {"application/octet-stream": FILE},
}
WITHOUT_TOKEN = {"listSigningKeys"}
BY_STREAM_TOKEN = "ByStreamToken"  # noqa: S105 - the end of names
# Other answers are events or files.
JSON_OR_FORM = ("application/json", "multipart/form-data")

Json: TypeAlias = dict[str, Any]


def openapi_config() -> OpenAPIConfig:
    """The head of the OpenAPI description."""
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
    """The description as JSON, for programs."""
    return description_of(request.app)


class DescriptionBesideDocs(OpenAPIRenderPlugin):
    """The description as JSON, beside the page that shows it."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OPENAPI_JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:  # noqa: ARG002
        """The description as JSON."""
        return msgspec.json.encode(description_of(request.app))


def description_of(app: Litestar) -> Json:
    """The whole description, built once."""
    if "description" not in app.state:
        app.state.description = _completed(app.openapi_schema.to_schema())
    described: Json = app.state.description
    return described


def _completed(schema: Json) -> Json:
    """Add the meaning and an example of each answer and body, and the limits of fields."""
    add_limits(schema["components"]["schemas"])
    for operation in operations(schema):
        operation["summary"] = _summary(operation)
        if "health" in operation["tags"] or operation["operationId"] in WITHOUT_TOKEN:
            operation["security"] = []
        if operation["operationId"].endswith(BY_STREAM_TOKEN):
            operation["security"] = []  # the stream token is a parameter of these
        if operation["operationId"] in MEANINGS:
            _success(operation)["description"] = MEANINGS[operation["operationId"]]
        _add_examples(operation, schema["components"]["schemas"])
        if operation["operationId"] in FILES:
            _success(operation)["content"] = FILES[operation["operationId"]]
        if EVENT_STREAM in _success(operation).get("content", {}):
            _success(operation)["content"][EVENT_STREAM]["schema"] = EACH_EVENT
    return schema


def operations(schema: Json) -> list[Json]:
    """All operations of the API."""
    return [operation for item in schema["paths"].values() for operation in item.values()]


def _add_examples(operation: Json, types: Json) -> None:
    """Add an example to the request and to the answer, except to events and files."""
    for body in (operation.get("requestBody", {}), _success(operation)):
        for kind, content in body.get("content", {}).items():
            if kind in JSON_OR_FORM:
                own = ANSWERS.get(operation["operationId"])
                usual = own or example_of(content["schema"], types)
                content["examples"] = {"usual": {"value": usual}}


def _success(operation: Json) -> Json:
    success: Json = operation["responses"][min(operation["responses"])]
    return success


def _summary(operation: Json) -> str:
    """The first sentence of an operation's description."""
    first: str = operation.get("description", "").partition("\n")[0]
    return first.partition(".")[0].partition(":")[0]


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The handler's name in camel case: ``submitJob``."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
