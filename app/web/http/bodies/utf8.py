"""Decodes request text as UTF-8 only: a request cannot choose another codec."""

from urllib.parse import parse_qsl

from litestar.exceptions import ClientException

NAMES = ("utf-8", "utf8")
NOT_UTF8 = "The request contains text that is not in UTF-8. Send all text in UTF-8."


def is_utf8(charset: str) -> bool:
    """Whether a declared charset is UTF-8."""
    return charset.strip().strip("\"'").lower() in NAMES


def require_utf8(text: bytes) -> str:
    """Decode a text.

    Raises:
        ClientException: The text is not in UTF-8.
    """
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise ClientException(NOT_UTF8) from None


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """The names and values of a URL-encoded form or query; the caller limits its length.

    Raises:
        ClientException: A name or value is not in UTF-8.
    """
    text = require_utf8(encoded)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise ClientException(NOT_UTF8) from None
