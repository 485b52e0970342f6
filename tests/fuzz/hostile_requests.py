"""Hostile requests as bytes on the wire: the same ones for the same seed."""

import gzip
import json
import zlib
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any, NamedTuple

from tests.integration.api import SMALL

CHARSETS = (
    *("punycode", "idna", "utf-7", "utf-16", "utf-32", "utf-8-sig", "unicode_escape", "mbcs"),
    *("raw_unicode_escape", "zlib", "bz2", "hex", "rot13", "uu", "quopri", "latin-1", "cp037"),
    *("undefined", "no-such", "../../etc", "x" * 500, ""),
)
CODINGS = ("gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "x", "identity, gzip")
REPEATED = {
    "Host": "localhost",
    "Content-Type": "application/json",
    "Content-Length": "2",
    "Content-Encoding": "identity",
    "Transfer-Encoding": "chunked",
    "Authorization": "Bearer other",
    "Cookie": "session=other",
    "Origin": "http://other.example",
    "Range": "bytes=0-1",
    "Last-Event-ID": "1-1",
    "Idempotency-Key": "other",
}
NUMBERS = ("9" * 40, "9" * 5_000, "-1", "1e400", "nan", "0x1", "1_0", "\u0663", "1" + "0" * 15_000)
BOUNDARY = "frontier"
OF_FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
OF_FIELDS = "Content-Type: application/x-www-form-urlencoded"
OF_JSON = "Content-Type: application/json"
# Letters that Unicode's normal form sorts in quadratic time.
MARKS = "\u0301\u0316" * 12_000


class Hostile(NamedTuple):
    """What is sent over one connection; some of it must be answered with 4xx, if at all."""

    name: str
    content: bytes
    is_refused: bool = False


def hostile_requests(token: str, *, seed: int, mutated: int = 100) -> Iterator[Hostile]:
    """Each kind in all its forms, then sound requests with bytes changed at random."""
    bearer = f"Authorization: Bearer {token}"
    for kind in (
        _charsets,
        _codings,
        _repeated,
        _heads,
        _cookies_and_addresses,
        _parts,
        _json,
        _framing,
    ):
        yield from (Hostile(*each) for each in kind(bearer))
    random = Random(seed)
    sound = [upload(bearer, part("file", SMALL, filename="a.csv")), request("GET /jobs", bearer)]
    for number in range(mutated):
        yield Hostile(f"mutated {number}", _mutated(random, random.choice(sound)))


def request(line: str, *headers: str, body: bytes = b"", host: str = "localhost") -> bytes:
    """A request that ends its connection; its length is told unless it is sent in chunks."""
    lines = [f"{line} HTTP/1.1", f"Host: {host}", "Connection: close", *filter(None, headers)]
    if body and not any(header.startswith("Transfer-Encoding") for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def part(name: str, content: bytes, more: str = "", filename: str = "") -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def upload(bearer: str, *parts: bytes, of_form: str = OF_FORM) -> bytes:
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return request("POST /api/v1/jobs", bearer, of_form, body=body)


# What a ``Hostile`` is made of.
Made = Iterator[tuple[Any, ...]]


def _charsets(bearer: str) -> Made:
    bomb = b"a-" + b"z" * 40_000
    for charset in CHARSETS:
        said = f"\r\nContent-Type: text/plain; charset={charset}"
        field, file = part("token", bomb, said), part("file", SMALL, said, filename="a.csv")
        login = field + f"--{BOUNDARY}--\r\n".encode()
        yield f"login in {charset:.9}", request("POST /login", OF_FORM, body=login), True
        yield f"field in {charset:.9}", upload(bearer, field), True
        yield f"file in {charset:.9}", upload(bearer, file), bool(charset)
        for kind, line in ((OF_FIELDS, "POST /login"), (OF_JSON, "POST /api/v1/presets")):
            headers = (bearer, f"{kind}; charset={charset}")
            yield f"{line} in {charset:.9}", request(line, *headers, body=bomb), True


def _codings(bearer: str) -> Made:
    zeros = b"\0" * 20_000_000
    bombs = {"gzip": gzip.compress(zeros, mtime=0), "deflate": zlib.compress(zeros)}
    for coding, line in product(CODINGS, ("POST /login", "POST /api/v1/presets", "POST /preview")):
        body = bombs.get(coding, b"\x28\xb5\x2f\xfd" + b"\0" * 100)[:40_000]
        headers = (bearer, OF_JSON, f"Content-Encoding: {coding}")
        yield f"{line} in {coding}", request(line, *headers, body=body), True
    for coding in (
        "gzip, chunked",
        "chunked, identity",
        "xchunked",
        "chunked\x0b",
        "Chunked, chunked",
    ):
        transfer = f"Transfer-Encoding: {coding}"
        yield f"transfer {coding}", request("POST /login", transfer, body=b"0\r\n\r\n")
    for accepted in ("gzip;q=nan", "*;q=" + "9" * 5_000, ", " * 20_000, "x" * 30_000):
        for header in ("Accept", "Accept-Encoding", "Accept-Language", "Accept-Charset", "TE"):
            yield f"{header} of {accepted:.9}", request("GET /jobs", f"{header}: {accepted}")


def _repeated(bearer: str) -> Made:
    for name, other in REPEATED.items():
        own = bearer if name == "Authorization" else f"{name}: {other}"
        twice = (own, f"{name.lower()}: {other}")
        yield f"{name} twice", request("POST /login", *twice, body=b""), True
    for value in ("+2", "-2", "2, 2", "0x2", "9" * 40, "2 2", "\u0662", "", "1e1"):
        lines = request("POST /login", f"Content-Length: {value}") + b"{}"
        yield f"length {value:.9}", lines, bool(value)
    both = ("Transfer-Encoding: chunked", "Content-Length: 4")
    yield "length and chunks", request("POST /login", *both, body=b"0\r\n\r\nGET /jobs"), True
    for address in ("http://other.example/", "http://localhost:1/jobs", "//other.example/jobs"):
        is_refused = address.startswith("http:")
        yield f"to {address}", request(f"GET {address}"), is_refused


def _heads(_: str) -> Made:
    for line in (
        "OPTIONS *",
        "CONNECT localhost:80",
        "GET localhost",
        "TRACE /",
        "PROPFIND /",
        "GET",
    ):
        yield line, request(line)
    for host in (
        "",
        "a, localhost",
        "localhost:",
        "localhost:99999",
        "[::1",
        "x" * 9_000,
        "\udcff",
    ):
        yield f"host {host:.9}", request("GET /jobs", host=host)
    for protocol in ("websocket", "h2c", "TLS/1.0", "x" * 500):
        headers = ("Connection: Upgrade", f"Upgrade: {protocol}", "Sec-WebSocket-Key: x")
        yield f"upgrade to {protocol:.9}", request("GET /jobs", *headers)
    for version in ("HTTP/0.9", "HTTP/1.9", "HTTP/2.0", "HTTP/1.1.1", "HTP/1.1", ""):
        yield f"version {version}", f"GET / {version}\r\nHost: localhost\r\n\r\n".encode()
    yield "preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "no host", b"GET /jobs HTTP/1.1\r\n\r\n", True
    for odd in (
        "A b: 1",
        " folded: 1",
        "A:\r\n 1",
        "A\0: 1",
        "A: \0",
        ": 1",
        "A",
        "\udcff: \udcff",
    ):
        yield f"header {odd!r}", request("GET /jobs", odd)
    for count in (99, 200, 10_000):
        yield f"{count} headers", request("GET /jobs", *["A: 1"] * count)
    yield "a header of 60 KB", request("GET /jobs", f"A: {'x' * 60_000}")
    yield "a header of 900 KB", request("GET /jobs", f"A: {'x' * 900_000}"), True
    for origin in ("http://[::1", "http://localhost:99999", "http://a:b", "\udcff", "null, null"):
        yield (
            f"origin {origin!r}",
            request("POST /login", f"Origin: {origin}", OF_FIELDS, body=b"a=1"),
        )
    for expected in ("100-continue", "200-ok"):
        yield f"expects {expected}", request("POST /login", f"Expect: {expected}", body=b"a")


def _cookies_and_addresses(bearer: str) -> Made:
    for number, cookie in enumerate(
        (
            'a="' + "\\" * 60_000 + '"',
            'a="' + '\\"' * 7_000 + '"',
            "a=1;" * 15_000,
            "session=" + "%41" * 4_000,
            "=" * 9_000,
            ";" * 9_000,
            "session=\udcff\udcfe",
            "csrftoken=\udcff; session=a b",
        )
    ):
        yield f"cookie {number}", request("GET /login", f"Cookie: {cookie}")
    yield "cookies of 20 KB", request("GET /login", f"Cookie: a={'x' * 20_000}"), True
    for number, query in enumerate(
        (
            "a&" * 8_000,
            "status=" + "queued," * 2_000,
            "&".join(["sort=-created_at"] * 900),
            "search=%FF%FE",
            "search=" + "%F0%9F%A7%A0" * 1_000,
            "next=" + "/%5C" * 3_000,
            "token=" + "%C3%A9" * 2_000,
            "since=" + "9" * 9_000,
        )
    ):
        yield f"query {number} of login", request(f"GET /login?{query}")
        yield f"query {number} of jobs", request(f"GET /api/v1/jobs?{query}", bearer)
    for name, digits in product(("limit", "offset", "page", "size", "row", "after"), NUMBERS):
        for address in ("/api/v1/jobs", "/jobs"):
            yield f"{name}={digits:.9}", request(f"GET {address}?{name}={digits}", bearer)
    for path in (
        "/jobs/" + "a" * 30_000,
        "/" * 20_000,
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%00",
        "/%FF",
    ):
        yield f"path {path:.9}", request(f"GET {path}", bearer)
        yield f"static path {path:.9}", request(f"GET /static{path}", bearer)


def _parts(bearer: str) -> Made:
    file = part("file", SMALL, filename="a.csv")
    for number, boundary in enumerate(
        ("", '""', "x" * 71, "x" * 9_000, "a b ", '"a\\"b"', "\u00e9", "\r", "--", "=?utf-8?q?a?=")
    ):
        of_form = f"Content-Type: multipart/form-data; boundary={boundary}"
        yield f"boundary {number}", upload(bearer, file, of_form=of_form)
    no_boundary = upload(bearer, file, of_form="Content-Type: multipart/form-data")
    yield "no boundary", no_boundary, True
    for number, more in enumerate(
        (
            "; name*=utf-7''a",
            "; filename*=punycode''a-z",
            '; filename="' + "x" * 1_500 + '"',
            "; a=" * 400,
            '; a="' + "\\" * 1_500,
            "\r\nContent-Transfer-Encoding: base64",
            "\r\nContent-Type: multipart/mixed; boundary=inner",
            "\r\nContent-Type: message/rfc822",
            "\r\nContent-Length: 999999999",
            "\r\nContent-Length: " + "9" * 1_900,
            "\r\nContent-Disposition: form-data; name=other",
            "\r\nX: " + "x" * 100_000,
            "\r\nX: 1" * 1_000,
            "\r\n folded",
            "\n\n",
        )
    ):
        yield f"part {number}", upload(bearer, part("rt_tolerance", b"0.1", more), file)
    inner = f"--{BOUNDARY}\r\n".encode() * 3_000
    yield "a boundary in a boundary", upload(bearer, inner, file), True
    yield (
        "thousands of parts",
        upload(bearer, *[part(f"f{n}", b"1") for n in range(5_000)], file),
        True,
    )
    yield "a text of 30 MB", upload(bearer, part("name_column", b"x" * 30_000_000), file), True
    yield "returns alone", upload(bearer, part("file", b"\r" * 3_000_000, filename="a.csv"))
    for line in ("POST /login", "POST /presets", "POST /preview", "POST /jobs", "POST /tokens"):
        fields = request(line, bearer, OF_FIELDS, body=b"a&" * 24_000)
        yield f"thousands of fields to {line}", fields, True
        yield f"bytes to {line}", request(line, bearer, OF_FIELDS, body=b"%FF=%C0%80"), True
        marks = f"name={MARKS}&password={MARKS}"[:24_000].encode()
        yield f"marks to {line}", request(line, bearer, OF_FIELDS, body=marks)
        token = "_csrf_token=" + "\u00e9" * 128
        received = (OF_FIELDS, f"Cookie: csrftoken={'e' * 128}")
        is_refused = line == "POST /login"  # the others lead to it
        yield f"token to {line}", request(line, *received, body=token.encode()), is_refused


def _json(bearer: str) -> Made:
    bodies = {
        "deep lists": b"[" * 400_000,
        "deep objects": b'{"a":' * 90_000,
        "many lists": b"[" + b"[]," * 160_000 + b"[]]",
        "many names": b"{" + b",".join(b'"%d":1' % n for n in range(40_000)) + b"}",
        "long number": b'{"name":' + b"9" * 400_000 + b"}",
        "long fraction": b'{"r2_threshold":0.' + b"9" * 400_000 + b"}",
        "exponent": b'{"r2_threshold":1e' + b"9" * 5_000 + b"}",
        "surrogate": b'{"name":"\\ud800"}',
        "bytes": b'{"name":"\xff"}',
        "utf-16": json.dumps({"name": "a"}).encode("utf-16"),
        "MessagePack": b"\xdd\xff\xff\xff\xff" * 9,
        "nothing": b" ",
    }
    addresses = ("presets", "tokens", "webhooks", "jobs/none/refit", "jobs/none/rerun")
    for (name, body), address in product(bodies.items(), addresses):
        for kind in (OF_JSON, "Content-Type: application/x-msgpack"):
            yield (
                f"{name} to {address}",
                request(f"POST /api/v1/{address}", bearer, kind, body=body),
            )


def _framing(bearer: str) -> Made:
    chunked = (bearer, OF_JSON, "Transfer-Encoding: chunked")

    def chunks(body: bytes) -> bytes:
        return request("POST /api/v1/presets", *chunked, body=body)

    yield "chunk of any size", chunks(b"f" * 40 + b"\r\n"), True
    yield "chunk of no size", chunks(b"g\r\n\r\n"), True
    yield "chunk with a long name", chunks(b"2;a=" + b"x" * 900_000), True
    yield "trailers", chunks(b"2\r\n{}\r\n0\r\nHost: other.example\r\nContent-Type: a\r\n\r\n")
    yield "a trailer of 900 KB", chunks(b"2\r\n{}\r\n0\r\nA: " + b"x" * 900_000), True
    yield "many trailers", chunks(b"2\r\n{}\r\n0\r\n" + b"A: 1\r\n" * 90_000), True
    yield "bytes in chunks of one", chunks(b"1\r\n \r\n" * 60_000 + b"0\r\n\r\n")
    whole = upload(bearer, part("file", SMALL * 900, filename="a.csv"))
    for cut in (10, 100, 400, 5_000, len(whole) - 9, len(whole) - 1):
        yield f"cut at {cut}", whole[:cut]
    get = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    end = request("GET /health/live")
    for count in (3, 15, 17, 5_000):
        yield f"{count} requests ahead", get * count + end
    yield "ahead of garbage", get + b"\0\xff\r\n\r\n" * 9
    yield "ahead of a second host", get + request("GET /jobs", "Host: other.example")
    yield "ahead of a form", get + whole
    smuggled = request("POST /login", OF_FIELDS, body=b"a=1") + get
    yield "behind a body", smuggled
    stream = request("GET /api/v1/events", bearer).replace(b"Connection: close\r\n", b"")
    yield "ahead of a stream", get + stream + get * 9


def _mutated(random: Random, sound: bytes) -> bytes:
    """With some bytes changed, left out, or said twice."""
    content = bytearray(sound)
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(content))
        match random.randrange(3):
            case 0:
                content[place] = random.choice(b'\0\r\n :;,"%\xff0A')
            case 1:
                del content[place : place + random.randint(1, 20)]
            case _:
                content[place:place] = content[place : place + random.randint(1, 60)]
    return bytes(content)
