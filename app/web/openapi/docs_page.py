"""The page of the API's documentation: Swagger UI from the package's own files, no other host."""

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin


class ApiDocs(OpenAPIRenderPlugin):
    """Renders ``templates/pages/api_docs.html``, which loads ``openapi.json`` beside it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """The page; its script fetches the schema."""
        engine: Any = request.app.template_engine
        return str(engine.get_template("pages/api_docs.html").render()).encode()
