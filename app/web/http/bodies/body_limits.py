"""Limits what a body of allowed size may hold, so that reading it takes little time and memory."""

from typing import NamedTuple

from litestar.exceptions import ClientException

# How many JSON values are allowed for each allowed list or object.
VALUES_EACH = 10


LONGEST_FIELD_BYTES = 50_000


class BodyLimits(NamedTuple):
    """How many fields a body may have, and how much beside its files if it may have files.

    For JSON, ``fields`` limits the lists and objects, each of which takes some hundred bytes.
    Litestar limits the bytes of the whole body (``request_max_body_size``).
    """

    fields: int
    beside_files_bytes: int = 0

    @property
    def takes_files(self) -> bool:
        """Whether the body may have files."""
        return bool(self.beside_files_bytes)

    def require_fields(self, count: int) -> None:
        """Raise ClientException if there are more fields than allowed."""
        if count > self.fields:
            raise ClientException(
                f"The form has more than {self.fields:,} fields. Send less at a time."
            )

    def require_text(self, field_bytes: int, text_bytes: int) -> None:
        """Raise ClientException if a field, or everything beside the files, is too long."""
        if field_bytes > LONGEST_FIELD_BYTES:
            raise ClientException(
                f"A field of the form has more than {LONGEST_FIELD_BYTES:,} bytes. Shorten it; "
                "send a table as a file, with a file name."
            )
        if self.takes_files and text_bytes > self.beside_files_bytes:
            raise ClientException(
                f"The fields of the form have more than {self.beside_files_bytes:,} bytes "
                "together. Send less at a time."
            )

    def require_json(self, body: bytes) -> None:
        """Raise ClientException if JSON has more values than can be parsed quickly."""
        containers = body.count(b"[") + body.count(b"{")
        values = containers + body.count(b",")
        if containers > self.fields or values > self.fields * VALUES_EACH:
            raise ClientException(
                f"The JSON has more than {self.fields:,} lists and objects, or more than "
                f"{self.fields * VALUES_EACH:,} values. Send less at a time."
            )
