"""Requests of every kind with whatever in them: an answer below 500, and errors in sentences."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.api import SMALL, finished, submit
from tests.page_forms import csrf_token
from tests.servers import TOKEN, Sialoscope, running_postgresql, running_sialoscope

lightly = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NUMERALS = ("0", "-1", "1e400", "nan", "9" * 40, "9" * 5_000, "0x1", "1_0", "٣", "²")
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(
        (*NUMERALS, "\0", "a\0b", "x" * 3_000, "' OR 1=1 --", "../../token", "[", "(?")
    ),
)
# What a header can hold: Latin-1 without control characters, and no space at its ends.
header_texts = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=300).map(
    lambda text: text.replace("\x7f", "").encode("latin-1").strip()
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
SETTINGS = (
    *("r2_threshold", "outlier_threshold", "rt_tolerance", "mz_tolerance_ppm", "blank_factor"),
    "data_type",
)
COLUMNS = tuple(f"{role}_column" for role in ("name", "rt", "volume", "log_p", "sample", "mz"))
FILTERS = ("call", "category", "prefix", "sample", "search", "within", "rows", "sort")
VIEW = (
    *FILTERS,
    "limit",
    "offset",
    "page",
    "size",
    "columns",
    "plot",
    "x",
    "by",
    "format",
    "after",
)
READ = (
    *("/api/v1/jobs", "/api/v1/presets", "/jobs", "/", "/settings", "/preview", "/login"),
    *(f"/api/v1/jobs/{{job}}{part}" for part in ("", "/rows", "/rows/1", "/export", "/audit")),
    *(f"/jobs/{{job}}{part}" for part in ("", "/result", "/plot", "/rows/1", "/overrides")),
    *("/compare", "/api/v1/jobs/{job}/compare/{job}", "/jobs/{job}/record"),
)
names_of_override = st.sampled_from(("row", "call", "anchor", "reason", "odd"))
overrides = st.fixed_dictionaries(
    {"overrides": st.lists(st.dictionaries(names_of_override, json_values, max_size=4), max_size=3)}
)
presets = st.dictionaries(st.sampled_from(("name", *SETTINGS)), json_values, max_size=5)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Sialoscope]:
    if request.param == "sqlite":
        with running_sialoscope() as running:
            yield running
        return
    with running_postgresql() as database, running_sialoscope({"DATABASE_URL": database.url}) as it:
        yield it


@pytest.fixture(scope="module")
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    """Both a program and a browser that is logged in."""
    with server.client() as client:
        client.get("/login", params={"token": TOKEN})
        yield client


@pytest.fixture(scope="module")
def job(client: httpx.Client) -> str:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    return job_id


def require_sound(answer: httpx.Response) -> None:
    """No fault of the server, and an error in a sentence."""
    assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, answer.text
    assert "Traceback" not in answer.text
    if answer.is_client_error and answer.request.url.path.startswith("/api/"):
        assert len(answer.json()["detail"].split()) > 2, answer.text


@lightly
@given(path=st.sampled_from(READ), query=st.dictionaries(st.sampled_from(VIEW), texts, max_size=4))
@example(path="/api/v1/jobs", query={"search": "\0"})
def test_an_address_with_anything_in_it(
    client: httpx.Client, job: str, path: str, query: dict[str, str]
) -> None:
    require_sound(client.get(path.format(job=job), params=query))


@lightly
@example(name="\0", part="")
@given(name=texts.filter(bool), part=st.sampled_from(("", "/rows", "/events", "/export", "/audit")))
def test_a_job_of_any_name(client: httpx.Client, name: str, part: str) -> None:
    require_sound(client.get(f"/api/v1/jobs/{quote(name, safe='')}{part}"))


@lightly
@given(
    fields=st.dictionaries(st.sampled_from((*SETTINGS, *COLUMNS)), texts, max_size=4),
    file_name=texts,
)
@example(fields={"name_column": "\0"}, file_name="\0")
def test_a_submission_with_any_fields(
    client: httpx.Client, fields: dict[str, str], file_name: str
) -> None:
    answer = client.post("/api/v1/jobs", data=fields, files={"file": (file_name or "x", SMALL)})
    require_sound(answer)
    if answer.is_success:
        client.delete(f"/api/v1/jobs/{answer.json()['job_id']}")


@lightly
@example(body={"name": "\0"})
@given(body=presets | json_values)
def test_a_preset_of_anything(client: httpx.Client, body: Any) -> None:  # noqa: ANN401
    require_sound(client.post("/api/v1/presets", content=as_json(body)))


@lightly
@given(body=overrides | json_values, what=st.sampled_from(("refit", "rerun")))
def test_overrides_and_settings_of_anything(
    client: httpx.Client,
    job: str,
    body: Any,  # noqa: ANN401
    what: str,
) -> None:
    require_sound(client.post(f"/api/v1/jobs/{job}/{what}", content=as_json(body)))


@pytest.mark.parametrize(
    "deep", [b"[" * 100_000, b'{"a":' * 100_000, b'{"overrides":' + b"[" * 9000]
)
def test_deep_json_is_refused(client: httpx.Client, job: str, deep: bytes) -> None:
    for address in ("/api/v1/presets", f"/api/v1/jobs/{job}/refit"):
        answer = client.post(address, content=deep, headers={"Content-Type": "application/json"})
        require_sound(answer)
        assert answer.is_client_error


@lightly
@given(key=header_texts, last_event_id=header_texts, accept=header_texts, cookie=header_texts)
def test_headers_of_anything(
    client: httpx.Client, job: str, key: bytes, last_event_id: bytes, accept: bytes, cookie: bytes
) -> None:
    headers = {b"Idempotency-Key": key, b"Accept": accept, b"Cookie": b"session=" + cookie}
    files = {"file": ("peaks.csv", SMALL)}
    answer = client.post("/api/v1/jobs", files=files, headers=list(headers.items()))
    require_sound(answer)
    if answer.is_success:
        client.delete(f"/api/v1/jobs/{answer.json()['job_id']}")
    for stream in ("/api/v1/events", f"/api/v1/jobs/{job}/events"):
        listening = [(b"Last-Event-ID", last_event_id)]
        with client.stream("GET", stream, headers=listening) as opened:
            assert opened.status_code < httpx.codes.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize(
    "last_event_id", ["0-0", "9" * 400 + "-1", "18446744073709551616-0", "-1-1"]
)
def test_an_event_id_beyond_all_numbers(client: httpx.Client, job: str, last_event_id: str) -> None:
    for stream in ("/api/v1/events", f"/api/v1/jobs/{job}/events", f"/jobs/{job}/events"):
        with client.stream("GET", stream, headers={"Last-Event-ID": last_event_id}) as opened:
            assert opened.status_code < httpx.codes.INTERNAL_SERVER_ERROR


@lightly
@given(host=header_texts)
def test_a_host_of_anything_is_refused(client: httpx.Client, host: bytes) -> None:
    answer = client.get("/login", headers=[(b"Host", host)])
    assert answer.status_code == httpx.codes.BAD_REQUEST


BOUNDARY = "frontier"
PART = st.builds(
    "--{}\r\nContent-Disposition: form-data; name={}; filename={}\r\n{}\r\n{}\r\n".format,
    st.sampled_from((BOUNDARY, "other", "")),
    st.sampled_from(('"file"', '"rt_tolerance"', "file", '"', '""')) | texts,
    st.sampled_from(('"peaks.csv"', '"a\\"b"', "x", "")) | texts,
    st.sampled_from(("", "Content-Type: text/csv\r\n", "Content-Type: \r\n", "x" * 9_000, ":\r\n")),
    texts,
)


@lightly
@given(
    parts=st.lists(PART, max_size=4),
    end=st.sampled_from((f"--{BOUNDARY}--\r\n", "", "--")),
    header=st.sampled_from(
        (f"; boundary={BOUNDARY}", "", "; boundary=", "; boundary=" + "x" * 300)
    ),
    address=st.sampled_from(("/api/v1/jobs", "/preview", "/jobs", "/presets", "/login")),
)
def test_a_form_of_anything(
    client: httpx.Client, parts: list[str], end: str, header: str, address: str
) -> None:
    headers = {
        "Content-Type": f"multipart/form-data{header}",
        "X-CSRFToken": csrf_token(client),
    }
    content = ("".join(parts) + end).encode("utf-8", "surrogatepass")
    answer = client.post(address, content=content, headers=headers)
    require_sound(answer)


def test_a_form_of_very_many_parts_is_refused(client: httpx.Client) -> None:
    files = [("file", ("peaks.csv", SMALL))] + [(f"f{number}", b"1") for number in range(5_000)]
    answer = client.post("/api/v1/jobs", files=files)
    require_sound(answer)
    assert answer.is_client_error


def as_json(body: Any) -> bytes:  # noqa: ANN401
    """JSON as a careless program writes it, NaN and all."""
    return json.dumps(body).encode()
