"""How large the body of a request may be, by who may send it, and the one way to read a form.

Anybody may send a form to log in, so that is short; who has logged in may send more, many
overrides to the addresses that take them, and to those that take tables as much as the settings
allow.
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

from app.web.http.body_limits import BodyLimits
from app.web.http.multipart_form import NO_FORM, read_multipart
from app.web.http.nul_filter import refuse_nul_in
from app.web.http.utf8 import is_utf8, pairs, require_utf8

# A name, two long passwords of any alphabet, a token.
OF_ANYBODY_BYTES = 50_000
# Hundreds of chosen jobs, a preset, a webhook.
OF_USERS_BYTES = 500_000
# What is around a table: names of fields, boundaries and settings.
AROUND_FILES_BYTES = 100_000
# As many overrides as there may be, each with its longest reason.
LONGEST_BYTES = 10_000_000
LONGEST_FIELD_BYTES = 50_000
MOST_FIELDS = 50_000
# A longer one is parsed in a thread, so that it does not hold up the others.
QUICK_BYTES = 50_000
FORMS = (RequestEncodingType.MULTI_PART, RequestEncodingType.URL_ENCODED)
# A byte takes so many at most when it is URL-encoded.
ENCODED_BYTES = 3
# Under this name a handler's ``opt`` has the limits of its bodies.
LIMITS = "body_limits"
OF_ANYBODY = BodyLimits(100, OF_ANYBODY_BYTES, OF_ANYBODY_BYTES)
OF_USERS = BodyLimits(2_000, LONGEST_FIELD_BYTES, OF_USERS_BYTES)
OF_OVERRIDES = BodyLimits(MOST_FIELDS, LONGEST_FIELD_BYTES, LONGEST_BYTES)
WITH_FILES = BodyLimits(1_000, LONGEST_FIELD_BYTES, AROUND_FILES_BYTES, takes_files=True)
# A form may say in a field how it is encoded (RFC 7578, 4.6).
CHARSET_FIELD = "_charset_"
TOKEN_FIELD = "_csrf_token"  # noqa: S105 - no secret
OTHER_CHARSET = "The form is in another charset than UTF-8. Send it in UTF-8."


class FormRequest(Request[Any, Any, Any]):
    """A request whose forms are read by the one bounded parser; that of Litestar is never asked."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - Litestar's own
        super().__init__(*given, **named)
        # Litestar's parser of queries keeps them; see declarations.py.
        self._parsed_query = self._connection_state.parsed_query

    async def form(self) -> FormMultiDict:
        """The fields of the form; none when the body is no form.

        Raises:
            ClientException: it holds too much, is not in UTF-8, or has the character NUL.
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
            ClientException: it is not in UTF-8, or holds too much.
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
    """Removes the files of a form when its request has ended, however it did."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request be answered, then close what it brought."""
        try:
            await next_app(scope, receive, send)
        finally:
            form = ScopeState.from_scope(scope).form
            if form is not Empty:
                await FormMultiDict.from_form_data(form).close()


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form of a handler's ``data``: Litestar takes what was read, and parses nothing.

    Raises:
        ClientException: it is no multipart form, or cannot be taken.
    """
    if takes_form(request.route_handler):
        if request.content_type[0] != RequestEncodingType.MULTI_PART:
            raise ClientException(NO_FORM)
        await request.form()


def takes_form(handler: HTTPRouteHandler) -> bool:
    """Whether Litestar makes the ``data`` of a handler out of a form."""
    kwarg = handler.parsed_data_field.kwarg_definition if handler.parsed_data_field else None
    return isinstance(kwarg, BodyKwarg) and kwarg.media_type in FORMS


def bounded(
    handlers: Iterable[HTTPRouteHandler],
    *,
    files: Collection[Any],
    overrides: Collection[Any],
    upload_bytes: int,
) -> list[HTTPRouteHandler]:
    """The handlers with the bounds of what they are sent."""

    def with_bounds(handler: HTTPRouteHandler) -> HTTPRouteHandler:
        if handler in files:
            return _with(handler, WITH_FILES, upload_bytes + AROUND_FILES_BYTES)
        if handler in overrides:
            return _with(handler, OF_OVERRIDES, LONGEST_BYTES)
        of_anybody = handler.opt.get("exclude_from_auth")
        limits = OF_ANYBODY if of_anybody else OF_USERS
        return _with(handler, limits, limits.text_bytes)

    return [with_bounds(handler) for handler in handlers]


def _with(handler: HTTPRouteHandler, limits: BodyLimits, body_bytes: int) -> HTTPRouteHandler:
    copied = copy(handler)
    copied.request_max_body_size = body_bytes
    copied.opt = handler.opt | {LIMITS: limits}
    return copied


def _url_encoded(body: bytes, limits: BodyLimits) -> dict[str, list[str]]:
    limits.require_fields(body.count(b"&") + 1)
    longest = max(map(len, body.split(b"&")))
    limits.require_text(longest // ENCODED_BYTES, len(body))  # before it is decoded
    fields: dict[str, list[str]] = {}
    for name, value in pairs(body):
        limits.require_text(len(value), len(body))
        fields.setdefault(name, []).append(value)
    return fields


def _require_plain(form: FormMultiDict) -> None:
    refuse_nul_in(form)
    if not str(form.get(TOKEN_FIELD, "")).isascii():  # to compare it would fail
        raise ClientException("The form has a token that is none. Open its page again.")
    if not is_utf8(str(form.get(CHARSET_FIELD, "utf-8"))):
        raise ClientException(OTHER_CHARSET)
