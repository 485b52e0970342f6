"""Every route of the API refuses a parameter that it would ignore, with what it takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from app.db.accounts.tokens import SCOPES
from tests.integration.accounts.test_strangers import BY_STREAM_TOKEN, _application, _filled
from tests.people import add_person
from tests.servers import Sialoscope, running_sialoscope

PAGES = ("/jobs?tga=x", "/help?tga=x", "/api/docs?tga=x")


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def program(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "root@lab.example", "--admin").program(*SCOPES) as program:
        yield program


def test_each_route_of_the_api_refuses_an_unknown_parameter(
    program: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    routes = [
        f"{method} {route.path_format}"
        for route in _application(tmp_path_factory.mktemp("data")).routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1/")
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    ]
    assert len(routes) > 120
    stream_token = program.post("/api/v1/stream-tokens", json={"opens": "all"}).json()["token"]
    for route in sorted(routes):
        token = {"token": stream_token} if route in BY_STREAM_TOKEN else {}
        with _answer(program, route, {"no-such": "x", **token}) as answer:
            assert answer.status_code == httpx.codes.BAD_REQUEST, route
            detail = answer.json()["detail"]
            assert detail.startswith("There is no parameter no-such at this address."), route
            assert "Use one of " in detail or "It takes none." in detail, route


def test_the_refusal_names_the_nearest_parameter(program: httpx.Client) -> None:
    answer = program.get("/api/v1/jobs", params={"statsu": "failed"})
    assert answer.json()["detail"] == (
        "There is no parameter statsu at this address. Did you mean status? "
        "Use one of batch, limit, offset, q, search, since, sort, status, until."
    )


def test_a_parameter_that_is_no_list_is_refused_when_it_comes_twice(
    program: httpx.Client,
) -> None:
    described = program.get("/api/openapi.json").json()["paths"]
    single = [
        (path, parameter["name"])
        for path, methods in described.items()
        if path.startswith("/api/v1/") and "/streams/" not in path
        for parameter in methods.get("get", {}).get("parameters", [])
        if parameter["in"] == "query" and not _is_list(parameter["schema"])
    ]
    assert len(single) > 80
    for path, name in single:
        with _answer(program, f"GET {path}", {name: ["1", "2"]}) as answer:
            assert answer.status_code == httpx.codes.BAD_REQUEST, path
            expected = f"The address has the parameter {name} twice. Send it once."
            assert answer.json()["detail"] == expected, path


def test_a_parameter_that_is_a_list_may_come_twice(program: httpx.Client) -> None:
    answer = program.get("/api/v1/jobs", params={"status": ["failed", "cancelled"]})
    assert answer.json() == {"total": 0, "jobs": []}


def test_a_field_of_a_form_in_the_address_is_refused(program: httpx.Client) -> None:
    answer = program.post(
        "/api/v1/jobs?decimal=comma", files={"file": ("a.csv", b"Name,RT,Volume,Log P\n")}
    )
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "There is no parameter decimal at this address. It takes none." in answer.text


@pytest.mark.parametrize("path", ["jobs", "previews", "batches", "cohorts", "library-files"])
def test_an_unknown_field_of_a_form_is_refused(program: httpx.Client, path: str) -> None:
    files = [("file", ("a.csv", b"Name,RT,Volume,Log P\n")), ("file", ("b.csv", b"x"))]
    answer = program.post(f"/api/v1/{path}", files=files, data={"nmae": "x"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["detail"].startswith("There is no field nmae. ")


def test_pages_ignore_an_unknown_parameter(program: httpx.Client) -> None:
    for page in PAGES:
        assert program.get(page, follow_redirects=False).status_code in (200, 303), page


def _is_list(schema: dict[str, Any]) -> bool:
    kinds = schema.get("oneOf", [schema])
    return any(kind.get("type") == "array" for kind in kinds)


@contextmanager
def _answer(
    program: httpx.Client, route: str, query: Mapping[str, str | list[str]]
) -> Iterator[httpx.Response]:
    method, _, _ = route.partition(" ")
    path = _filled(route, _Anything())
    with program.stream(method, path, params=query) as answer:
        if answer.status_code != httpx.codes.OK:  # a stream does not end
            answer.read()
        yield answer


class _Anything(dict[str, str]):
    """A value for each part of a path."""

    def __missing__(self, name: str) -> str:
        return "1"
