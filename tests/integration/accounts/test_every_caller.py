"""What belongs to Ada, asked for by every kind of caller: every route of the application.

``test_strangers.py`` has the callers with an account of their own. Here are those whose login holds
no more or not yet, those with a token for less, and those with whom Ada shares a job. What a share
or a token allows is listed, so a new route that allows more fails these tests.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

import httpx
import pytest
from litestar.routes import HTTPRoute

from app.db.accounts.tokens import SCOPES
from app.web.http.origin.origins import SAFE_METHODS
from tests.integration.accounts.test_second_factor import PAGE, turn_on
from tests.integration.accounts.test_strangers import (
    BY_STREAM_TOKEN,
    PUBLIC,
    Things,
    _application,
    _ask,
    _filled,
    _is_of_administrators,
    _made_things,
    _names,
    _shows_nothing,
    _state,
)
from tests.integration.api import finished
from tests.page_forms import csrf_token, send
from tests.people import PASSWORD, Person, add_person, log_in, user_command
from tests.servers import Sialoscope, running_sialoscope

# What somebody may do with a job that Ada lets them see: make things of their own.
TO_READERS = {
    *("POST /jobs/{job_id}/rerun", "POST /api/v1/jobs/{job_id}/rerun"),
    *("POST /jobs/{job_id}/repeat", "POST /jobs/{job_id}/library"),
    # The table of no comparison, so they say what is missing.
    *("POST /jobs/{job_id}/what-holds", "POST /api/v1/jobs/{job_id}/what-holds"),
}
TO_EDITORS = TO_READERS | {
    *(
        f"POST /{root}jobs/{{job_id}}/{what}"
        for root in ("", "api/v1/")
        for what in ("cancel", "start", "run-next")
    ),
    *("POST /jobs/{job_id}/labels", "PUT /api/v1/jobs/{job_id}/labels"),
    *("POST /jobs/{job_id}/priority", "PUT /api/v1/jobs/{job_id}/priority"),
    *("POST /jobs/{job_id}/overrides", "POST /jobs/{job_id}/overrides/selection"),
    "POST /api/v1/jobs/{job_id}/refit",
}
# What a share does not show: with whom else the job is shared, and jobs that are not shared.
NOT_TO_EDITORS = {
    "GET /api/v1/jobs/{job_id}/shares",
    *(f"GET /{root}jobs/{{job_id}}/compare/{{other_id}}" for root in ("", "api/v1/")),
    "GET /jobs/{job_id}/arbiter/{other_id}",
}
NOT_TO_READERS = NOT_TO_EDITORS | {
    "GET /jobs/{job_id}/overrides",
    "GET /jobs/{job_id}/overrides/selection",
}
# What a token that may only read does with other methods than GET: make files and stream tokens.
OF_READ_TOKENS = {
    *("POST /jobs/selected/download", "POST /jobs/selected/compare", "POST /logout"),
    *("POST /dashboards", "POST /api/v1/stream-tokens"),
    "DELETE /api/v1/stream-tokens/{stream_token_id}",
    "POST /dashboards/{stream_token_id}/revoke",
}
# Pages of the login of the user, which a token for less does not show.
OF_THE_LOGIN = ("/account", "/tokens", "/api/v1/tokens")
WITHOUT_SECOND_FACTOR = {
    *(f"GET {PAGE}", "POST /logout"),
    *(f"POST {PAGE}/{what}" for what in ("begin", "confirm")),
}

Caller: TypeAlias = Callable[[Sialoscope], AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Each route that is not public; what only reads comes first."""
    found = {
        f"{method} {route.path_format}"
        for route in _application(tmp_path_factory.mktemp("data")).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    }
    return sorted(found - PUBLIC - BY_STREAM_TOKEN, key=lambda each: (_is_unsafe(each), each))


@pytest.fixture(scope="module")
def root(server: Sialoscope) -> Person:
    return add_person(server, "root@lab.example", "--admin")


@pytest.fixture(scope="module")
def adas(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "ada@lab.example").program(*SCOPES) as program:
        yield program


@pytest.fixture(scope="module")
def things(server: Sialoscope, adas: httpx.Client, root: Person) -> Things:
    """Ada's things; Rita may see her job, and Eddi may change it."""
    with Person(server, "ada@lab.example").session() as browser:
        made = _made_things(adas, browser, root)
    for name, may in (("rita", "view"), ("eddi", "edit")):
        person = add_person(server, f"{name}@lab.example")
        share = {"name": person.name, "may": may}
        answer = adas.put(f"/api/v1/jobs/{made.ids['job_id']}/shares", json=share)
        assert answer.status_code == 200
    return made


@contextmanager
def after_a_logout(server: Sialoscope) -> Iterator[httpx.Client]:
    """A browser that sends the cookies of Ada's session, which was logged out."""
    with Person(server, "ada@lab.example").session() as browser, _visitor(server) as thief:
        thief.cookies.update(browser.cookies)
        assert thief.get("/jobs").url.path == "/jobs"
        send(browser, "/logout")
        yield thief


@contextmanager
def disabled(server: Sialoscope) -> Iterator[httpx.Client]:
    """A program with a token, and a session, of an administrator whose account was disabled."""
    dora = add_person(server, "dora@lab.example", "--admin")
    with dora.session() as browser, dora.program(*SCOPES) as program:
        browser.headers.update(program.headers)
        assert user_command(server, "disable", dora.name).returncode == 0
        yield browser


@contextmanager
def before_the_code(server: Sialoscope) -> Iterator[httpx.Client]:
    """A browser that sent the password of an administrator, and not the code."""
    tom = add_person(server, "tom@lab.example", "--admin")
    with tom.session() as browser, _visitor(server) as thief:
        turn_on(browser)
        assert log_in(thief, tom.name, PASSWORD).url.path == "/login/code"
        yield thief


@contextmanager
def revoked(server: Sialoscope) -> Iterator[httpx.Client]:
    """A program with a token of Ada's that was revoked."""
    with Person(server, "ada@lab.example").program(*SCOPES) as program:
        tokens = program.get("/api/v1/tokens").json()["tokens"]
        assert program.delete(f"/api/v1/tokens/{tokens[0]['id']}").is_success
        yield program


@contextmanager
def with_a_stream_token(server: Sialoscope) -> Iterator[httpx.Client]:
    """A dashboard with a stream token for all jobs of Ada."""
    with Person(server, "ada@lab.example").program("read") as program:
        token = program.post("/api/v1/stream-tokens", json={"opens": "all"}).json()["token"]
        with _visitor(server) as dashboard:
            dashboard.headers["authorization"] = f"Bearer {token}"
            yield dashboard


@pytest.mark.parametrize(
    "caller", [after_a_logout, disabled, before_the_code, revoked, with_a_stream_token]
)
def test_a_login_that_does_not_hold_reaches_nothing(
    caller: Caller, routes: list[str], server: Sialoscope, things: Things, adas: httpx.Client
) -> None:
    with caller(server) as client:
        before = _state(adas, things)
        for route in routes:
            answer = _ask(client, route, things)
            assert answer.status_code == 401 or answer.url.path == "/login", route
            _shows_nothing(answer, things, but=things.ids.values())
        assert _state(adas, things) == before


@pytest.mark.parametrize(
    ("name", "may_do", "may_not_see"),
    [("rita", TO_READERS, NOT_TO_READERS), ("eddi", TO_EDITORS, NOT_TO_EDITORS)],
    ids=["view", "edit"],
)
def test_a_share_allows_what_is_listed_and_no_more(
    name: str,
    may_do: set[str],
    may_not_see: set[str],
    routes: list[str],
    server: Sialoscope,
    things: Things,
    adas: httpx.Client,
) -> None:
    done, refused = set(), set()
    before = _state(adas, things)
    person = Person(server, f"{name}@lab.example")
    with person.session() as browser, person.program(*SCOPES) as program:
        for route in routes:
            if not _names(route) or _is_of_administrators(route):
                continue
            status = _status(program if "/api/" in route else browser, route, things)
            is_refused = status in (401, 403, 404)
            if _is_unsafe(route) and not is_refused:
                done.add(route)
            if is_refused and route.startswith("GET") and "{job_id}" in route:
                refused.add(route)
            if "{job_id}" not in route:
                assert is_refused, f"{route} is not of the job that is shared"
    assert (done, refused) == (may_do, may_not_see)
    for job in adas.get("/api/v1/jobs").json()["jobs"]:  # also those that Eddi made for her
        finished(adas, job["id"])
    after = _state(adas, things)
    changed = {path.rpartition("/")[2] for path in before if before[path] != after[path]}
    may_change = {"audit"}  # it says who saved the library
    if may_do == TO_EDITORS:
        may_change |= {things.ids["job_id"], "jobs", "versions", "tags"}
    assert changed <= may_change


def test_a_token_that_may_only_read_changes_nothing(
    routes: list[str], server: Sialoscope, things: Things, adas: httpx.Client
) -> None:
    """It does not see either where its owner is logged in, nor ends a stream of other tokens."""
    with Person(server, "ada@lab.example").program("read") as program:
        before = _state(adas, things)
        assert before["/api/v1/stream-tokens"]["stream_tokens"]
        for route in routes:
            is_of_the_login = route.partition(" ")[2].startswith(OF_THE_LOGIN)
            if not is_of_the_login and (not _is_unsafe(route) or route in OF_READ_TOKENS):
                continue
            assert _ask(program, route, things).status_code == 403, route
        for route in OF_READ_TOKENS:
            if "{stream_token_id}" in route:
                assert _ask(program, route, things).status_code == 404, route
        assert _state(adas, things) == before
        own = program.post("/api/v1/stream-tokens", json={"opens": "all"}).json()["id"]
        assert program.delete(f"/api/v1/stream-tokens/{own}").is_success


def test_an_account_without_its_second_factor_reaches_nothing(
    routes: list[str], server: Sialoscope, root: Person
) -> None:
    """The last of the tests here: everybody needs a second factor after it."""
    ida = add_person(server, "ida@lab.example", "--admin")
    with root.session() as boss, ida.session() as browser:
        turn_on(boss)
        send(boss, "/admin/second-factor", **{"from": "admins"})
        token = csrf_token(browser)
        for route in routes:
            if route in WITHOUT_SECOND_FACTOR:
                continue
            method, path = route.split(" ")
            path = path.format_map(_Anything())
            answer = browser.request(
                method, path, data={"_csrf_token": token} if _is_unsafe(route) else None
            )
            is_refused = answer.status_code in (401, 403) or answer.url.path == PAGE
            assert is_refused, f"{route}: {answer.status_code}"


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


def _visitor(server: Sialoscope) -> httpx.Client:
    return httpx.Client(base_url=server.url, follow_redirects=True, timeout=60)


def _is_unsafe(route: str) -> bool:
    return route.partition(" ")[0] not in SAFE_METHODS


def _status(client: httpx.Client, route: str, things: Things) -> int:
    """The status of an answer; a stream is left at once."""
    if not route.endswith("/events"):
        return _ask(client, route, things).status_code
    with client.stream("GET", _filled(route, things.ids)) as stream:
        return stream.status_code
