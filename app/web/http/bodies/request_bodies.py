"""Limits the body of each request by who may send it, and reads every form with one parser.

Anybody may send the login form, so its limit is small. Logged-in users may send more: many
overrides to the addresses that accept them, and tables up to the limit in the settings.
"""

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.params import BodyKwarg
from litestar.types import ASGIApp, Empty, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.web.http.bodies.body_limits import BodyLimits
from app.web.http.bodies.multipart_form import NO_FORM, read_multipart
from app.web.http.bodies.nul_filter import refuse_nul_in
from app.web.http.bodies.utf8 import is_utf8, pairs, require_utf8

# A name, two long passwords in any script, and a token.
OF_ANYBODY_BYTES = 50_000
# Hundreds of selected jobs, a preset, or a webhook.
OF_USERS_BYTES = 500_000
# The parts of a form beside its files: field names, boundaries and settings.
AROUND_FILES_BYTES = 100_000
# The largest number of overrides, each with the longest reason.
LONGEST_BYTES = 10_000_000
# A longer body is parsed in a thread, so that it does not block other requests.
QUICK_BYTES = 50_000
FORMS = (RequestEncodingType.MULTI_PART, RequestEncodingType.URL_ENCODED)
# URL encoding makes at most so many bytes of one.
ENCODED_BYTES = 3
# The key of the body limits in a handler's ``opt``.
LIMITS = "body_limits"
OF_ANYBODY = BodyLimits(100)
OF_USERS = BodyLimits(2_000)
OF_OVERRIDES = BodyLimits(50_000)
WITH_FILES = BodyLimits(1_000, beside_files_bytes=AROUND_FILES_BYTES)
# A form may declare its charset in a field (RFC 7578, 4.6).
CHARSET_FIELD = "_charset_"
OTHER_CHARSET = "The form is in another charset than UTF-8. Send it in UTF-8."


class FormRequest(Request[Any, Any, Any]):
    """A request whose forms are read by the one bounded parser, never by Litestar's."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - Litestar's own
        super().__init__(*given, **named)
        # Litestar's query parser would cache the parameters; see declarations.py.
        self._parsed_query = self._connection_state.parsed_query

    async def form(self) -> FormMultiDict:
        """The fields of the form; empty if the body is not a form.

        Raises:
            ClientException: The form is too large, is not in UTF-8, or contains NUL.
        """
        state = self._connection_state
        if state.form is Empty:
            fields = await self._fields()
            state.form = {name: v if len(v) > 1 else v[0] for name, v in fields.items()}
            _require_plain(FormMultiDict.from_form_data(state.form))
        return FormMultiDict.from_form_data(state.form)

    async def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The body as JSON.

        Raises:
            ClientException: The body is not in UTF-8 or too large.
        """
        body = await self.body()
        require_utf8(body)
        self._limits.require_json(body)
        return await super().json()

    @property
    def _limits(self) -> BodyLimits:
        limits: BodyLimits = self.route_handler.opt.get(LIMITS, OF_ANYBODY)
        return limits

    async def _fields(self) -> dict[str, list[Any]]:
        kind, options = self.content_type
        limits = self._limits
        if kind == RequestEncodingType.MULTI_PART:
            folder, boundary = self.app.state.spool_folder, options.get("boundary", "")
            return dict(await read_multipart(self.stream(), boundary, limits, folder))
        if kind == RequestEncodingType.URL_ENCODED:
            body = await self.body()
            if len(body) <= QUICK_BYTES:
                return _url_encoded(body, limits)
            return await sync_to_thread(_url_encoded, body, limits)
        return {}


class FormsEnd(ASGIMiddleware):
    """Deletes the files of a form when its request ends, with or without an error."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Handle the request, then close its uploads."""
        try:
            await next_app(scope, receive, send)
        finally:
            form = ScopeState.from_scope(scope).form
            if form is not Empty:
                await FormMultiDict.from_form_data(form).close()


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form of a handler's ``data``, so that Litestar does not parse it again.

    Raises:
        ClientException: The body is not a multipart form, or is refused.
    """
    if takes_form(request.route_handler):
        if request.content_type[0] != RequestEncodingType.MULTI_PART:
            raise ClientException(NO_FORM)
        await request.form()


def takes_form(handler: HTTPRouteHandler) -> bool:
    """Whether a handler's ``data`` comes from a form."""
    kwarg = handler.parsed_data_field.kwarg_definition if handler.parsed_data_field else None
    return isinstance(kwarg, BodyKwarg) and kwarg.media_type in FORMS


def bounded(
    handlers: Iterable[HTTPRouteHandler],
    *,
    files: Collection[Any],
    overrides: Collection[Any],
    upload_bytes: int,
) -> list[HTTPRouteHandler]:
    """Copies of the handlers with limits for their bodies."""

    def with_bounds(handler: HTTPRouteHandler) -> HTTPRouteHandler:
        if handler in files:
            return _with_limits(handler, WITH_FILES, upload_bytes + AROUND_FILES_BYTES)
        if handler in overrides:
            return _with_limits(handler, OF_OVERRIDES, LONGEST_BYTES)
        if handler.opt.get("exclude_from_auth"):
            return _with_limits(handler, OF_ANYBODY, OF_ANYBODY_BYTES)
        return _with_limits(handler, OF_USERS, OF_USERS_BYTES)

    return [with_bounds(handler) for handler in handlers]


def _with_limits(
    handler: HTTPRouteHandler, limits: BodyLimits, body_bytes: int
) -> HTTPRouteHandler:
    copied = copy(handler)
    copied.request_max_body_size = body_bytes
    copied.opt = handler.opt | {LIMITS: limits}
    return copied


def _url_encoded(body: bytes, limits: BodyLimits) -> dict[str, list[str]]:
    limits.require_fields(body.count(b"&") + 1)
    longest = max(map(len, body.split(b"&")))
    limits.require_text(longest // ENCODED_BYTES, len(body))  # before decoding
    fields: dict[str, list[str]] = {}
    for name, value in pairs(body):
        limits.require_text(len(value), len(body))
        fields.setdefault(name, []).append(value)
    return fields


def _require_plain(form: FormMultiDict) -> None:
    refuse_nul_in(form)
    if not is_utf8(str(form.get(CHARSET_FIELD, "utf-8"))):
        raise ClientException(OTHER_CHARSET)
