"""Forms of an attacker: no charset is obeyed, nothing fills the memory, no file stays."""

import json
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from app.settings import Settings
from app.web.http.bodies.body_limits import LONGEST_FIELD_BYTES
from app.web.http.bodies.handler_limits import AROUND_FILES_BYTES
from app.web.http.bodies.multipart_form import (
    ENCODED_PART,
    NO_FILES_HERE,
    OTHER_CHARSET,
    PART_HEADERS,
)
from app.web.http.bodies.request_bodies import FormRequest, read_form, takes_form
from app.web.http.bodies.utf8 import NOT_UTF8
from tests.integration.api import SMALL
from tests.servers import TOKEN, Sialoscope, wait_until

BOUNDARY = "frontier"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
URL_ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
CHARSETS = ("punycode", "idna", "utf-7", "utf-16", "unicode_escape", "zlib", "rot13", "no-such")
# One request of the attack took seconds of a processor, and a form of 190 MB took 900 MB.
MOST_CPU_S = 2
MOST_GROWTH_BYTES = 60_000_000


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form of parts, each by its headers after ``form-data`` and its content."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data"
    written = [
        f"{head}{headers}\r\n\r\n".encode() + content + b"\r\n" for headers, content in parts
    ]
    return b"".join(written) + f"--{BOUNDARY}--\r\n".encode()


def field(name: str, value: bytes, more: str = "") -> tuple[str, bytes]:
    return f'; name="{name}"{more}', value


def file(content: bytes = SMALL, more: str = "") -> tuple[str, bytes]:
    return f'; name="file"; filename="peaks.csv"{more}', content


def in_charset(charset: str) -> str:
    return f"\r\nContent-Type: text/plain; charset={charset}"


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("address", ["/login", "/api/v1/jobs"])
def test_the_charset_of_a_field_is_refused_and_never_obeyed(
    server: Sialoscope, client: httpx.Client, address: str, charset: str
) -> None:
    bomb = field("token", b"a-" + b"z" * 40_000, in_charset(charset))
    before = server.web_cpu_s()
    answer = client.post(address, content=form(bomb), headers=MULTIPART)
    assert server.web_cpu_s() - before < MOST_CPU_S
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert OTHER_CHARSET in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("address", ["/api/v1/jobs", "/api/v1/batches", "/api/v1/cohorts"])
def test_the_charset_of_a_file_is_refused_too(client: httpx.Client, address: str) -> None:
    content = form(file(more=in_charset("utf-16")), file())
    answer = client.post(address, content=content, headers=MULTIPART)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["detail"] == OTHER_CHARSET


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"'])
def test_a_form_that_says_that_it_is_in_utf8_is_taken(client: httpx.Client, charset: str) -> None:
    settings = field("rt_tolerance", b"0.2", in_charset(charset))
    content = form(settings, file(more=in_charset(charset)))
    headers = {"Content-Type": f"{MULTIPART['Content-Type']}; charset={charset}"}
    answer = client.post("/api/v1/jobs", content=content, headers=headers)
    assert answer.status_code == httpx.codes.ACCEPTED
    client.delete(f"/api/v1/jobs/{answer.json()['job_id']}")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"token=%FF%FE", URL_ENCODED),
        (b"token=\xff", URL_ENCODED),
        (form(field("token", b"\xff\xfe")), MULTIPART),
        (form(field("token\xff", b"1")).replace(b"\xc3\xbf", b"\xff"), MULTIPART),
        (b"token=1", {"Content-Type": f"{URL_ENCODED['Content-Type']}; charset=utf-16"}),
        (b"token=1", {"Content-Type": f"{URL_ENCODED['Content-Type']}; charset=punycode"}),
        (b"token=1&_charset_=latin-1", URL_ENCODED),
        (form(field("_charset_", b"utf-7"), field("token", b"1")), MULTIPART),
        (b"token=1", URL_ENCODED | {"Content-Encoding": "gzip"}),
    ],
)
def test_a_form_that_is_not_in_utf8_is_refused_in_a_sentence(
    client: httpx.Client, content: bytes, headers: dict[str, str]
) -> None:
    answer = client.post("/login", content=content, headers=headers)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "UTF-8" in answer.text or "Content-Encoding" in answer.text


def test_a_token_in_other_letters_is_no_error_of_the_server(client: httpx.Client) -> None:
    headers = URL_ENCODED | {"Cookie": f"csrftoken={'e' * 128}"}
    answer = client.post("/login", data={"_csrf_token": "\u00e9" * 128}, headers=headers)
    assert answer.is_client_error


def test_an_address_and_json_that_are_not_in_utf8_are_refused(client: httpx.Client) -> None:
    searched = client.get("/api/v1/jobs?search=%FF")
    assert searched.status_code == httpx.codes.BAD_REQUEST
    assert searched.json()["detail"] == NOT_UTF8
    utf16 = {"Content-Type": "application/json; charset=utf-16"}
    preset = json.dumps({"name": "p"}).encode("utf-16")
    for headers in (utf16, {"Content-Type": "application/json"}):
        answer = client.post("/api/v1/presets", content=preset, headers=headers)
        assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text


@pytest.mark.parametrize(
    "more",
    [
        "\r\nContent-Transfer-Encoding: base64",
        "\r\nContent-Transfer-Encoding: quoted-printable",
        "\r\nContent-Encoding: gzip",
        "\r\nContent-Type: multipart/mixed; boundary=inner",
    ],
)
def test_a_part_that_is_encoded_or_nested_is_refused(client: httpx.Client, more: str) -> None:
    for part in (field("rt_tolerance", b"MC4y", more), file(more=more)):
        answer = client.post("/api/v1/jobs", content=form(part, file()), headers=MULTIPART)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert answer.json()["detail"] == ENCODED_PART


@pytest.mark.parametrize(
    "content",
    [
        form(field("name_column", b"x" * (LONGEST_FIELD_BYTES + 1)), file()),
        form(*[field(f"f{number}", b"x" * 40_000) for number in range(4)], file()),
        form(*[field("x" * 150, b"") for _ in range(AROUND_FILES_BYTES // 150)], file()),
        form(file(more="\r\nX-Long: " + "x" * 3_000)),
        form(file(more="\r\nX-One: 1" * (PART_HEADERS + 1))),
    ],
)
def test_fields_and_headers_of_parts_are_bounded(client: httpx.Client, content: bytes) -> None:
    answer = client.post("/api/v1/jobs", content=content, headers=MULTIPART)
    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    assert len(answer.json()["detail"].split()) > 5


def test_a_text_of_the_size_of_a_table_takes_no_memory(
    server: Sialoscope, client: httpx.Client
) -> None:
    content = form(field("name_column", b"x" * 39_000_000), file())
    before = server.web_memory_bytes()
    answer = client.post("/api/v1/jobs", content=content, headers=MULTIPART)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES


def test_the_files_of_a_form_are_in_the_storage_and_nowhere_when_it_ends(
    server: Sialoscope, client: httpx.Client
) -> None:
    """Also of a form that is refused in its middle, at its end, or whose client leaves."""
    large = file(b"x" * 20_000_000)
    before = server.web_memory_bytes()
    for content in (
        form(large, field("token", b"\xff")),
        form(large, file(), field("no_such_field", b"1")),
        form(large)[:-9],
        form(large, file(b"x" * 21_000_000)),
    ):
        answer = client.post("/api/v1/jobs", content=content, headers=MULTIPART)
        assert answer.is_client_error
    assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES
    wait_until(lambda: spooled(server) == [])


def test_an_upload_is_spooled_into_the_storage(server: Sialoscope) -> None:
    came = []

    def pieces() -> Iterator[bytes]:
        yield form(file(b"x" * 1_000_000))[:-20]
        wait_until(lambda: spooled(server) != [])
        came.extend(spooled(server))
        yield form(file())[-20:]

    headers = MULTIPART | {"Authorization": f"Bearer {TOKEN}"}
    httpx.post(f"{server.url}/api/v1/jobs", content=pieces(), headers=headers, timeout=60)
    assert came
    assert all(path.is_relative_to(server.data / "storage") for path in came)
    wait_until(lambda: spooled(server) == [])


def spooled(server: Sialoscope) -> list[Path]:
    """The files without a name that the web has open."""
    found = []
    for pid in server.pids("web"):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except FileNotFoundError:  # closed meanwhile
                continue
            if target.startswith("/") and target.endswith(" (deleted)"):
                found.append(Path(target))
    return found


def test_hundreds_of_files_take_one_descriptor(server: Sialoscope, client: httpx.Client) -> None:
    content = form(*[file(b"") for _ in range(400)])
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda _: client.post("/api/v1/batches", content=content, headers=MULTIPART), range(4)
        )
        assert {answer.status_code for answer in answers} == {400}
    assert server.is_ready()


@pytest.mark.parametrize("address", ["/login", "/presets"])
def test_a_form_without_tables_takes_no_files(pages: httpx.Client, address: str) -> None:
    answer = pages.post(address, content=form(file()), headers=MULTIPART)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert NO_FILES_HERE in answer.text


@pytest.mark.parametrize("has_accounts", [False, True])
def test_there_is_one_way_to_read_a_form(tmp_path: Path, has_accounts: bool) -> None:
    """No handler gets a request whose form Litestar parses, nor ``data`` that it parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Litestar's own
        from app.main import create_app

        whole = {"SIALOSCOPE_DATA": str(tmp_path), "SIALOSCOPE_ACCOUNTS": str(has_accounts)}
        app = create_app(Settings.from_environment(whole))
    handlers = [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler)
    ]
    assert {handler.resolve_request_class() for handler in handlers} == {FormRequest}
    with_data = [handler for handler in handlers if takes_form(handler)]
    assert len(with_data) == 5
    for handler in with_data:
        hook = handler.resolve_before_request()
        assert hook is not None
        assert getattr(hook, "func", hook) is read_form
