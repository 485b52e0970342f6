"""How large the body of a request may be, by who may send it, and how a form of a page is read.

Anybody may send a form to log in, so that is short; who has logged in may send many overrides, and
to the few addresses that take tables as much as the settings allow.
"""

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any
from urllib.parse import parse_qs

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Empty

from app.web.http.nul_filter import refuse_nul_in

# A name, two long passwords of any alphabet, a token.
OF_ANYBODY_BYTES = 50_000
# What is around a table: names of fields, boundaries and settings.
AROUND_FILES_BYTES = 100_000
# As many overrides as there may be, each with its longest reason.
LONGEST_BYTES = 10_000_000
MOST_FIELDS = 50_000
TOO_MANY_FIELDS = f"The form has more than {MOST_FIELDS:,} fields. Send less at a time."


class FormRequest(Request[Any, Any, Any]):
    """A request whose form is read each time.

    Litestar keeps the last 1024 that came URL-encoded, and passwords with them.
    """

    async def form(self) -> FormMultiDict:
        """The fields of the form.

        Raises:
            ClientException: there are too many, or one has the character NUL.
        """
        state = self._connection_state
        if state.form is Empty and self.content_type[0] == RequestEncodingType.URL_ENCODED:
            state.form = _fields(await self.body())
        form = await super().form()
        refuse_nul_in(form)
        return form


def bounded(
    handlers: Iterable[HTTPRouteHandler], taking_files: Collection[Any], *, upload_bytes: int
) -> list[HTTPRouteHandler]:
    """The handlers with the bounds of what they are sent."""
    return [_with(handler, _bound(handler, taking_files, upload_bytes)) for handler in handlers]


def _bound(handler: HTTPRouteHandler, taking_files: Collection[Any], upload_bytes: int) -> int:
    if handler in taking_files:
        return upload_bytes + AROUND_FILES_BYTES
    return OF_ANYBODY_BYTES if handler.opt.get("exclude_from_auth") else LONGEST_BYTES


def _with(handler: HTTPRouteHandler, bound: int) -> HTTPRouteHandler:
    copied = copy(handler)
    copied.request_max_body_size = bound
    return copied


def _fields(body: bytes) -> dict[str, Any]:
    try:
        found = parse_qs(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ClientException(TOO_MANY_FIELDS) from None
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
