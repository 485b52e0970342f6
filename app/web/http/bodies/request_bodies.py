"""Reads the body of each request within the limits of its handler, and every form by one parser."""

from dataclasses import MISSING, Field, fields
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.types import Empty

from app.web.http.bodies.body_limits import BodyLimits
from app.web.http.bodies.body_room import BodyRoom
from app.web.http.bodies.form_fields import refuse_unknown_fields
from app.web.http.bodies.handler_limits import LIMITS, OF_ANYBODY
from app.web.http.bodies.multipart_form import NO_FORM, read_multipart
from app.web.http.bodies.nul_filter import refuse_nul_in
from app.web.http.bodies.repeated_keys import refuse_repeated_keys
from app.web.http.bodies.utf8 import is_utf8, pairs, require_utf8
from app.web.http.identity.throttling import address_of

# A longer body is parsed in a thread, so that it does not block other requests.
QUICK_BYTES = 50_000
FORMS = (RequestEncodingType.MULTI_PART, RequestEncodingType.URL_ENCODED)
# URL encoding makes at most so many bytes of one.
ENCODED_BYTES = 3
# The key of the functions that give back the room of a request, in its state.
GIVE_BACK = "give_back_room"
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
            ClientException: The body is not in UTF-8, too large, or gives a key twice.
        """
        body = await self.body()
        require_utf8(body)
        self._limits.require_json(body)
        read = await super().json()
        refuse_repeated_keys(body or b"null")
        return read

    async def body(self) -> bytes:
        """The body in memory; where files are accepted, a form without them.

        Raises:
            ClientException: The body is too large.
            NoPlaceError: The user is sending too much at once.
        """
        state = self._connection_state
        if state.body is Empty:
            self._limits.require_text(0, self.content_length or 0)
            self._take(self.app.state.text_room)
            self._body = state.body = await self._text()
        return await super().body()

    async def _text(self) -> bytes:
        found = bytearray()
        async for chunk in self.stream():
            found += chunk
            self._limits.require_text(0, len(found))
        return bytes(found)

    def _take(self, room: BodyRoom) -> None:
        """Take room until the request ends; strangers of one address share theirs."""
        user = self.scope.get("user")
        host = self.client.host if self.client else None
        name = user.name if user else f"from {address_of(host)}"
        largest = int(self.route_handler.resolve_request_max_body_size() or 0)
        size = largest if self.content_length is None else min(self.content_length, largest)
        self.scope["state"].setdefault(GIVE_BACK, []).append(room.take(name, size))

    @property
    def _limits(self) -> BodyLimits:
        limits: BodyLimits = self.route_handler.opt.get(LIMITS, OF_ANYBODY)
        return limits

    async def _fields(self) -> dict[str, list[Any]]:
        kind, options = self.content_type
        limits = self._limits
        if kind == RequestEncodingType.MULTI_PART:
            state, boundary = self.app.state, options.get("boundary", "")
            self._take(state.upload_room if limits.takes_files else state.text_room)
            return dict(await read_multipart(self.stream(), boundary, limits, state.spool_folder))
        if kind == RequestEncodingType.URL_ENCODED:
            body = await self.body()
            if len(body) <= QUICK_BYTES:
                return _url_encoded(body, limits)
            return await sync_to_thread(_url_encoded, body, limits)
        return {}


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form of a handler's ``data``, so that Litestar does not parse it again.

    Raises:
        ClientException: The body is not a multipart form, has an unknown field, or is refused.
    """
    if takes_form(request.route_handler):
        if request.content_type[0] != RequestEncodingType.MULTI_PART:
            raise ClientException(NO_FORM)
        refuse_unknown_fields(await request.form(), _fields_of(request.route_handler))


def takes_form(handler: HTTPRouteHandler) -> bool:
    """Whether a handler's ``data`` comes from a form."""
    kwarg = handler.parsed_data_field.kwarg_definition if handler.parsed_data_field else None
    return isinstance(kwarg, BodyKwarg) and kwarg.media_type in FORMS


def _fields_of(handler: HTTPRouteHandler) -> list[str]:
    """The fields of the dataclass that a handler's ``data`` is made of, those it needs first."""
    data = handler.parsed_data_field
    found = fields(data.annotation) if data else ()
    return [field.name for field in sorted(found, key=lambda field: not _is_needed(field))]


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


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
