"""Limits the content of a request's body, so that reading it takes little time and memory."""

from typing import NamedTuple

from litestar.exceptions import ClientException

# How many JSON values are allowed for each allowed list or object.
VALUES_EACH = 10


class BodyLimits(NamedTuple):
    """How much a body may hold: fields and files, the longest field, and all text beside the files.

    For JSON, ``fields`` limits the lists and objects, each of which takes some hundred bytes.
    """

    fields: int
    field_bytes: int
    text_bytes: int
    takes_files: bool = False

    def require_fields(self, count: int) -> None:
        """Raise ClientException if there are more fields than allowed."""
        if count > self.fields:
            raise ClientException(
                f"The form has more than {self.fields:,} fields. Send less at a time."
            )

    def require_text(self, field_bytes: int, text_bytes: int) -> None:
        """Raise ClientException if a field, or all fields together, are too long."""
        if field_bytes > self.field_bytes:
            raise ClientException(
                f"A field of the form has more than {self.field_bytes:,} bytes. Shorten it; send "
                "a table as a file, with a file name."
            )
        if text_bytes > self.text_bytes:
            raise ClientException(
                f"The fields of the form have more than {self.text_bytes:,} bytes together. "
                "Send less at a time."
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
