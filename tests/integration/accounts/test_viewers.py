"""A viewer: sees what an administrator sees, and changes nothing; every route, one by one."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sialoscope_client import NotFoundError
from sialoscope_client import Sialoscope as SialoscopeClient

from app.db.accounts.tokens import SCOPES
from app.web.http.identity.security import READ_ONLY, is_open_to_viewers
from app.web.http.origin.origins import SAFE_METHODS
from app.web.templating.read_only import OPEN_TO_VIEWERS
from tests.integration.accounts.test_strangers import FORMS, JSON, PUBLIC, _application
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.people import Person, add_person, user_command
from tests.servers import Sialoscope

SENT_TO = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"|formaction="([^"]*)"')
POSTS = re.compile(r'<form[^>]*method="post"')
# What its changes are: of its own login, and none at all.
ALLOWED = {
    *("/logout", "/account/password", "/account/log-out-everywhere", "/tokens", "/api/v1/tokens"),
    *("/account/sessions/{session_id}/end", "/account/sessions/end-others"),
    *(f"/account/second-factor/{what}" for what in ("begin", "confirm", "remove")),
    *("/account/second-factor/recovery-codes", "/tokens/{token_id}/revoke"),
    *("/dashboards", "/dashboards/{stream_token_id}/revoke", "/api/v1/stream-tokens"),
    "/api/v1/stream-tokens/{stream_token_id}",
    *("/api/v1/tokens/{token_id}", "/jobs/selected/download", "/jobs/selected/compare"),
}
PAGES = (
    *("/", "/jobs", "/shared", "/account", "/tokens", "/notifications", "/retention"),
    *("/admin/ops", "/admin/ops/jobs", "/admin/accounts", "/admin/schedules", "/admin/security"),
    *("/admin/schedules/{schedule}", "/admin/retention", "/admin/ops/jobs/{job_id}"),
    *("/admin/accounts/{account_id}/quotas", "/admin/accounts/{account_id}/delete"),
    *("/jobs/{job_id}", "/jobs/{job_id}/result", "/jobs/{job_id}/record", "/account/second-factor"),
)


class Route(NamedTuple):
    method: str
    path: str
    handler: HTTPRouteHandler


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    application = _application(tmp_path_factory.mktemp("data"))
    return [
        Route(method, route.path_format, handler)
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods)
        if f"{method} {route.path_format}" not in PUBLIC and method != "OPTIONS"
    ]


@pytest.fixture(scope="module")
def viewer(shared_server: Sialoscope) -> Person:
    return add_person(shared_server, "vera@lab.example", "--viewer")


@pytest.fixture(scope="module")
def ids(ada: Person, admin: Person, viewer: Person) -> dict[str, str]:
    """Ids for every parameter: a job of Ada's that is shared with the viewer to change."""
    with ada.program(*SCOPES) as program:
        job_id = submit(program, SMALL, "shared.csv")
        assert finished(program, job_id)["status"] == "succeeded"
        share = {"name": viewer.name, "may": "edit"}
        assert program.put(f"/api/v1/jobs/{job_id}/shares", json=share).status_code == 200
    with admin.program(*SCOPES) as program:
        accounts = program.get("/api/v1/accounts").json()["accounts"]
    account = next(each["id"] for each in accounts if each["name"] == ada.name)
    known = {"job_id": job_id, "account_id": account, "account": ada.name, "schedule": "jobs"}
    return known | {"action": "delete", "row": "1", "path": "x", "worker": "host:1:0a"}


@pytest.fixture(scope="module")
def browser(viewer: Person) -> Iterator[httpx.Client]:
    with viewer.session() as session:
        yield session


@pytest.fixture(scope="module")
def program(viewer: Person) -> Iterator[httpx.Client]:
    """A program of the viewer, whose token has every scope."""
    with viewer.program(*SCOPES) as client:
        yield client


def test_what_a_viewer_may_send_is_of_its_own_login(routes: list[Route]) -> None:
    changes = [route for route in routes if route.method not in SAFE_METHODS]
    allowed = {each.path for each in changes if is_open_to_viewers(each.method, each.handler)}
    assert allowed == ALLOWED, "Does this change nothing but the login of its own user?"
    on_pages = {each.path for each in changes if not each.path.startswith("/api/")}
    assert {path for path in on_pages if path.startswith(OPEN_TO_VIEWERS)} == allowed & on_pages


def test_every_route_that_changes_something_refuses_a_viewer(
    routes: list[Route],
    browser: httpx.Client,
    program: httpx.Client,
    ids: dict[str, str],
    ada: Person,
) -> None:
    with ada.program(*SCOPES) as adas:
        before = _state(adas, ids["job_id"])
        refused = 0
        for method, path, _ in [each for each in routes if each.path not in ALLOWED]:
            if method in SAFE_METHODS:
                continue
            what, address = f"{method} {path}", _filled(path, ids)
            if path.startswith("/api/"):
                answer = program.request(method, address, json=JSON.get(what))
                assert answer.json()["detail"] == READ_ONLY, what
            else:
                answer = send(browser, address, **FORMS.get(what, {}))
                assert "Your account is read-only" in answer.text, what
            assert answer.status_code == 403, what
            refused += 1
        assert refused > 80
        assert _state(adas, ids["job_id"]) == before


def test_a_viewer_sees_what_an_administrator_sees(
    routes: list[Route], browser: httpx.Client, program: httpx.Client, ids: dict[str, str]
) -> None:
    """Only the live board is left out, which does not end."""
    for method, path, handler in routes:
        if method == "GET" and handler.opt.get("role") == "admin" and path != "/admin/ops/events":
            client = program if path.startswith("/api/") else browser
            answer = client.get(_filled(path, ids))
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
    with browser.stream("GET", "/admin/ops/events") as board:
        assert "event: board" in next(board.iter_text())
    other = "/api/v1/jobs/" + ids["job_id"]
    assert program.get(other).status_code == 200, "It is shared."


def test_pages_offer_a_viewer_nothing_that_is_refused(
    browser: httpx.Client, admin: Person, ids: dict[str, str]
) -> None:
    for page in PAGES:
        shown = browser.get(_filled(page, ids))
        assert shown.status_code == 200, page
        assert "Your account is read-only" in shown.text
        addresses = {one or other for one, other in SENT_TO.findall(shown.text)}
        closed = {each for each in addresses if not each.startswith(OPEN_TO_VIEWERS)}
        assert not closed, f"{page} offers {closed}"
        assert len(POSTS.findall(shown.text)) <= len(addresses), f"{page} has a form of its own"
    with admin.session() as boss:
        offered = boss.get("/admin/accounts").text
    assert 'action="/admin/invitations"' in offered
    assert "Your account is read-only" not in offered


def test_the_role_is_given_on_the_page_by_the_api_and_by_the_command(
    shared_server: Sialoscope, admin: Person
) -> None:
    name = "roland@lab.example"
    roland = add_person(shared_server, name)
    with admin.program(*SCOPES) as program:
        of_roland = f"/api/v1/accounts/{name}/role"
        made = program.put(of_roland, json={"role": "viewer"})
        assert (made.status_code, made.json()["role"]) == (200, "viewer")
        assert program.put(of_roland, json={"role": "king"}).status_code == 400
        trail = program.get("/api/v1/security-trail", params={"kind": "role_changed"}).json()
        newest = trail["events"][0]
        assert (newest["about_name"], newest["detail"]["role"]) == (name, "viewer")
        with roland.session() as session:
            assert session.get("/admin/ops").status_code == 200
            assert send(session, "/jobs/example").status_code == 403
        account = made.json()["id"]
        with admin.session() as boss:
            typed = {"role": "user", "confirming_password": admin.password}
            page = send(boss, f"/admin/accounts/{account}/role", **typed)
            assert f"Make {name} a viewer" in page.text
        done = user_command(shared_server, "role", name, "viewer")
        assert f"{name} is now a viewer." in done.stdout
        listed = program.get("/api/v1/accounts").json()["accounts"]
    assert {each["name"]: each["role"] for each in listed}[name] == "viewer"


def test_the_client_does_what_administrators_do(shared_server: Sialoscope, admin: Person) -> None:
    carla = add_person(shared_server, "carla@lab.example")
    with admin.program(*SCOPES) as program:
        token = program.headers["authorization"].removeprefix("Bearer ")
        shared_server.wait_for_signs()
        workers = program.get("/api/v1/ops").json()["workers"]
        with SialoscopeClient(shared_server.url, token) as sialoscope:
            account = next(each for each in sialoscope.accounts() if each.name == carla.name)
            assert sialoscope.set_role(account, "viewer").role == "viewer"
            set_now = sialoscope.set_quotas(carla.name, running_jobs=2, storage_mb=0)
            assert (set_now.limits["running_jobs"], set_now.limits["storage_mb"]) == (2, 0)
            assert sialoscope.quotas(account).own == set_now.own
            assert sialoscope.set_quotas(account).own["running_jobs"] is None
            assert sialoscope.resize_worker(workers[0]["worker"], 2) == 2
            assert sialoscope.resize_worker(workers[0]["worker"], None) is None
            with pytest.raises(NotFoundError, match="no such account"):
                sialoscope.quotas("nobody@lab.example")


def _filled(path: str, ids: dict[str, str]) -> str:
    names = re.findall(r"\{(\w+)\}", path)
    return path.format_map({name: ids.get(name, "none") for name in names})


def _state(adas: httpx.Client, job_id: str) -> list[object]:
    job = f"/api/v1/jobs/{job_id}"
    return [adas.get(path).json() for path in (job, f"{job}/shares", f"{job}/audit")]
