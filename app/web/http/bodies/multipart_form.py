"""Reads a multipart form: limited in every size, in UTF-8, with its files on disk.

The library ``multipart`` finds parts and headers (ADR 36). A part cannot choose its codec: Python
has codecs that take quadratic time, so any other charset is refused.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

from litestar.exceptions import ClientException
from multipart import MultipartSegment, ParserError, ParserLimitReached, PushMultipartParser

from app.web.http.bodies.body_limits import BodyLimits
from app.web.http.bodies.spool import Spool, SpooledFile
from app.web.http.bodies.utf8 import is_utf8, require_utf8

# RFC 2046, 5.1.1.
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
PART_HEADERS, PART_HEADER_BYTES = 8, 2_000
# These leave the bytes of a part as they are (RFC 2045, 6.2).
PLAIN_TRANSFERS = ("7bit", "8bit", "binary")
NO_FORM = (
    "The form cannot be read. Send it as multipart/form-data with its boundary, and the table in "
    "the field named file, in UTF-8. Names of files must be short."
)
OTHER_CHARSET = (
    "A part of the form has another charset than UTF-8. Send its text in UTF-8, and leave the "
    "charset out; the encoding of a table is detected."
)
ENCODED_PART = (
    "A part of the form is encoded again, or contains further parts. Send each file and field "
    "as a part of its own, without an encoding."
)
NO_FILES_HERE = "This form does not accept files. Leave them out."


Value = str | SpooledFile
Fields = dict[str, list[Value]]


async def read_multipart(
    stream: AsyncIterator[bytes], boundary: str, limits: BodyLimits, folder: Path
) -> Fields:
    """The fields of a form, each with its values in order; files are spooled in ``folder``.

    Raises:
        ClientException: The body is not a form, is too large, or is not in UTF-8.
    """
    if not BOUNDARY.fullmatch(boundary):
        raise ClientException(NO_FORM)
    form = _Form(limits, Spool(folder))
    try:
        await form.read(stream, boundary)
    except BaseException as error:
        await form.spool.close()
        if isinstance(error, ParserError | ParserLimitReached):
            raise ClientException(NO_FORM) from error
        raise
    return form.fields


class _Form:
    """The part of a form that was read so far."""

    def __init__(self, limits: BodyLimits, spool: Spool) -> None:
        self.fields: Fields = {}
        self.spool = spool
        self._limits = limits
        self._parts = self._text_bytes = 0
        self._part: MultipartSegment | None = None
        self._value: bytearray | SpooledFile = bytearray()

    async def read(self, stream: AsyncIterator[bytes], boundary: str) -> None:
        parser = PushMultipartParser(
            boundary, max_header_count=PART_HEADERS, max_header_size=PART_HEADER_BYTES
        )
        has_begun = False
        async for chunk in stream:
            for event in parser.parse(chunk) if chunk else ():
                await self._handle_event(event)
            has_begun = has_begun or bool(chunk)
        # A request after a redirect may keep the form's content type and have no body.
        parser.close(check_complete=has_begun)

    async def _handle_event(self, event: MultipartSegment | bytes | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif isinstance(self._value, SpooledFile):
            await self._value.write(event)
        else:
            self._value += event
            self._text_bytes += len(event)
            self._limits.require_text(len(self._value), self._text_bytes)

    def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        self._parts += 1
        self._text_bytes += sum(len(name) + len(value) for name, value in part.headerlist)
        self._limits.require_fields(self._parts)
        self._limits.require_text(0, self._text_bytes)
        _require_plain(part)
        self._value = bytearray()
        if part.filename:
            if not self._limits.takes_files:
                raise ClientException(NO_FILES_HERE)
            self._value = self.spool.begin(part.filename, part.content_type or "text/plain")

    def _end(self) -> None:
        name = (self._part.name if self._part else None) or ""
        value = self._value
        text = value if isinstance(value, SpooledFile) else require_utf8(bytes(value))
        self.fields.setdefault(name, []).append(text)


def _require_plain(part: MultipartSegment) -> None:
    """Refuse a part that needs decoding.

    Raises:
        ClientException: The part has another charset, a transfer encoding, or parts of its own.
    """
    if part.charset is not None and not is_utf8(part.charset):
        raise ClientException(OTHER_CHARSET)
    headers = dict(part.headerlist)
    transfer = headers.get("Content-Transfer-Encoding", "binary").strip().lower()
    kind = (part.content_type or "").partition("/")[0].strip()
    if transfer not in PLAIN_TRANSFERS or "Content-Encoding" in headers or kind == "multipart":
        raise ClientException(ENCODED_PART)
