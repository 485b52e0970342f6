"""Texts of a request are in UTF-8, whatever it says: no request chooses a codec."""

from urllib.parse import parse_qsl

from litestar.exceptions import ClientException

NAMES = ("utf-8", "utf8")
NOT_UTF8 = "The request has a text that is not in UTF-8. Send all texts in UTF-8."


def is_utf8(charset: str) -> bool:
    """Whether a declared charset is the one that is read."""
    return charset.strip().strip("\"'").lower() in NAMES


def require_utf8(text: bytes) -> str:
    """The text.

    Raises:
        ClientException: it is not in UTF-8.
    """
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise ClientException(NOT_UTF8) from None


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """The names and values of a URL-encoded form or query; who calls bounds its length.

    Raises:
        ClientException: one is not in UTF-8.
    """
    text = require_utf8(encoded)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise ClientException(NOT_UTF8) from None
