"""What is wrong with a head that could be read in two ways.

Where a proxy takes the first of two headers and this server the last, a request passes the one as
something else than it is to the other. So each of these comes once, and the address agrees.
"""

from collections import Counter
from collections.abc import Sequence

import httptools

SINGLE = frozenset(
    (
        *(b"host", b"content-length", b"content-type", b"content-encoding", b"transfer-encoding"),
        *(b"authorization", b"cookie", b"origin", b"referer", b"expect", b"upgrade", b"range"),
        *(b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest", b"x-csrftoken"),
        *(b"idempotency-key", b"last-event-id", b"if-match", b"if-none-match"),
    )
)
LONGEST_COOKIES = 16_384
LONGEST_PATH = 2_048
LONGEST_ADDRESS = 16_384
OTHER_HOST = "The address of the request and its Host header name different servers."
NO_HOST = "The request has no Host header."
NO_ADDRESS = "The request has no address that can be read."
LONG_COOKIES = f"The cookies of a request have at most {LONGEST_COOKIES} bytes. Delete some."
LONG_ADDRESS = (
    f"An address has at most {LONGEST_ADDRESS} bytes, {LONGEST_PATH} of them before its question "
    "mark. Send less at a time."
)

Head = Sequence[tuple[bytes, bytes]]


def what_is_wrong(url: bytes, headers: Head, version: str) -> str:
    """A sentence, or nothing."""
    counted = Counter(name for name, _ in headers if name in SINGLE)
    twice = next((name for name, count in counted.items() if count > 1), None)
    if twice:
        return f"The request has more than one {twice.decode().title()} header. Send it once."
    values = dict(headers)
    if len(values.get(b"cookie", b"")) > LONGEST_COOKIES:
        return LONG_COOKIES
    if b"host" not in values and version == "1.1":
        return NO_HOST
    return _wrong_address(url, values.get(b"host", b""))


def _wrong_address(url: bytes, host: bytes) -> str:
    if len(url) > LONGEST_ADDRESS or len(url.partition(b"?")[0]) > LONGEST_PATH:
        return LONG_ADDRESS
    if url.startswith(b"/") or url == b"*":
        return ""
    try:
        parsed = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError:
        return NO_ADDRESS
    if not parsed.host or not parsed.path:
        return NO_ADDRESS
    authority = parsed.host + (b":%d" % parsed.port if parsed.port else b"")
    return "" if authority.lower() == host.lower() else OTHER_HOST
