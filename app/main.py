"""The web application, made of the parts that ``app.web.wiring`` makes of the settings."""

from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.static_files import create_static_files_router

from app.runtime.program_files import program_folder
from app.settings import Settings
from app.web.features.accounts.confirmation import (
    PasswordNeededError,
    ask_for_password,
    require_password,
)
from app.web.http.answers.allowed_methods import add_allow
from app.web.http.answers.deprecation import add_deprecation
from app.web.http.answers.headers import IS_CACHEABLE, add_security_headers
from app.web.http.bodies.body_room import BodyRoom
from app.web.http.bodies.declarations import keep_no_queries
from app.web.http.bodies.handler_limits import AROUND_FILES_BYTES, LONGEST_BYTES
from app.web.http.bodies.query_parameters import (
    PARAMETERS,
    parameters_of,
    refuse_ignored_parameters,
)
from app.web.http.bodies.request_bodies import FormRequest, read_form
from app.web.http.faults.error_answers import handle_error
from app.web.http.identity.security import require_scope
from app.web.http.origin.cross_origin import add_cross_origin
from app.web.openapi.description import openapi_config
from app.web.routes import handlers
from app.web.streaming.event_stream import Application
from app.web.templating.engine import template_config
from app.web.wiring.foundation import lay_foundation
from app.web.wiring.lifespan import lifespan_of
from app.web.wiring.middleware import middleware
from app.web.wiring.parts import make_parts

# Compression must not delay events, and large results would block other requests.
NOT_COMPRESSED = ["/events$", "/export$", "/download$"]
# The parts that are needed outside of handlers.
IN_STATE = ("relay", "sessions", "throttle")


def create_app(settings: Settings | None = None) -> Litestar:
    """Create the application from settings, which come from the environment by default."""
    settings = settings or Settings.from_environment()
    keep_no_queries()
    base = lay_foundation(settings)
    parts = make_parts(base)
    app = Application(
        compression_config=CompressionConfig("gzip", minimum_size=1000, exclude=NOT_COMPRESSED),
        route_handlers=[*handlers(settings), _static_files()],
        lifespan=[lifespan_of(base, parts)],
        state=_state(settings, parts.by_name),
        dependencies=_dependencies(parts.by_name),
        middleware=middleware(settings, parts.by_name["sessions"]),
        guards=[require_scope, require_password, refuse_ignored_parameters],
        before_send=[add_security_headers, add_cross_origin, add_allow, add_deprecation],
        exception_handlers={PasswordNeededError: ask_for_password, Exception: handle_error},
        logging_config=None,
        request_class=FormRequest,
        before_request=read_form,
        template_config=template_config(),
        openapi_config=openapi_config(),
    )
    app.state[PARAMETERS] = parameters_of(app)
    return app


def _state(settings: Settings, parts: dict[str, Any]) -> State:
    in_state = {name: parts[name] for name in IN_STATE}
    own = {
        "settings": settings,
        "spool_folder": parts["storage"].root,
        "upload_room": BodyRoom(settings.upload_limit_bytes + AROUND_FILES_BYTES),
        "text_room": BodyRoom(LONGEST_BYTES),
    }
    return State(own | in_state)


def _dependencies(parts: dict[str, Any]) -> dict[str, Provide]:
    return {name: Provide(_provider_of(part), use_cache=True) for name, part in parts.items()}


def _provider_of(part: Any) -> Any:  # noqa: ANN401 - whatever is wired
    async def give() -> Any:  # noqa: ANN401
        return part

    return give


def _static_files() -> Any:  # noqa: ANN401 - Litestar's router
    return create_static_files_router(
        path="/static",
        directories=[program_folder("static")],
        opt={"exclude_from_auth": True, "skip_session": True, IS_CACHEABLE: True},
    )
