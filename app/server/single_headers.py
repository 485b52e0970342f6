"""Find what is wrong with a request head that two programs could read differently.

If a proxy uses the first of two equal headers and this server the last, an attacker can show each
of them another request. So each of these headers may occur once, and the address and the Host
header must agree.
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
NO_ADDRESS = "The address of the request cannot be read."
LONG_COOKIES = f"The cookies of a request have at most {LONGEST_COOKIES} bytes. Delete some."
LONG_ADDRESS = (
    f"An address may have at most {LONGEST_ADDRESS} bytes, {LONGEST_PATH} of them before its "
    "question mark. Send less at a time."
)

Head = Sequence[tuple[bytes, bytes]]


def what_is_wrong(url: bytes, headers: Head, version: str) -> str:
    """Return a sentence that says why a head is refused, or an empty text if it is fine."""
    counts = Counter(name for name, _ in headers if name in SINGLE)
    repeated = next((name for name, count in counts.items() if count > 1), None)
    if repeated:
        return f"The request has more than one {repeated.decode().title()} header. Send it once."
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
