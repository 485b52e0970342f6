"""What belongs to one account, asked for by others: every route of the application, one by one.

A route that is new and not classified here fails these tests.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from app.analysis.example.example_table import example_table
from app.db.accounts.tokens import SCOPES
from app.jobs.actions import ACTIONS
from app.settings import Settings
from app.web.features.uploads.pending_uploads import GONE
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import csrf_token, send, uploads_in
from tests.people import Person
from tests.servers import wait_until

# Anybody may ask for these; a secret in the address is checked by itself.
PUBLIC = {
    *(
        "GET /health/live",
        "GET /health/ready",
        "GET /health/seen",
        "GET /health/events",
        "GET /metrics",
        "GET /login",
        "POST /login",
        "GET /forgotten",
        "POST /forgotten",
    ),
    *("GET /login/code", "POST /login/code"),
    *("GET /login/sign-on", "GET /login/sign-on/done", "POST /login/sign-on/logout"),
    *("GET /reset/{secret}", "POST /reset/{secret}"),
    *("GET /invitation/{secret}", "POST /invitation/{secret}"),
    *("GET /tiles/{tile}", "GET /api/v1/signing-keys"),
    *("GET /unsubscribe/{secret}", "POST /unsubscribe/{secret}"),
    *("GET /static/{file_path}", "HEAD /static/{file_path}"),
}
# These take a stream token alone, whoever else asks.
BY_STREAM_TOKEN = {
    *("GET /api/v1/streams/events", "GET /api/v1/streams/overview/events"),
    "GET /api/v1/streams/jobs/{job_id}/events",
}
# These answer with the caller's own things, or make some.
OWN = {
    *("GET /", "GET /jobs", "GET /shared", "GET /settings", "GET /account", "GET /tokens"),
    "GET /account/second-factor",
    *("GET /notifications", "GET /api/v1/webhooks"),
    *("GET /api/v1/jobs", "GET /api/v1/presets", "GET /api/v1/tokens", "GET /api/v1/shared"),
    *("GET /retention", "GET /api/v1/retention", "GET /api/v1/retention/due"),
    *("GET /api/docs", "GET /api/docs/{path}", "GET /api/docs/openapi.json"),
    "GET /api/openapi.json",
    *("GET /help", "GET /help/{name}"),
    *("GET /api/v1/tags", "GET /api/v1/bulk-actions", "GET /api/v1/queue"),
    "GET /api/v1/saved-views",
    *("GET /dashboards", "GET /api/v1/stream-tokens"),
    *("GET /libraries", "GET /api/v1/libraries"),
    *("GET /reviews", "GET /api/v1/reviews"),
}
OWN_STREAMS = {"GET /api/v1/events"}
OWN_CHANGES = {
    *("POST /jobs/example", "POST /logout", "POST /presets", "POST /tokens", "POST /api/v1/jobs"),
    *("POST /api/v1/presets", "POST /api/v1/tokens", "POST /account/password"),
    *("POST /account/log-out-everywhere", "POST /api/v1/batches", "POST /api/v1/cohorts"),
    *(
        "POST /notifications/mail",
        "POST /webhooks",
        "POST /api/v1/webhooks",
        "POST /api/v1/previews",
    ),
    *("POST /account/sessions/end-others", "POST /account/digest"),
    *(f"POST /account/second-factor/{what}" for what in ("begin", "confirm", "remove")),
    "POST /account/second-factor/recovery-codes",
    *("POST /retention", "PUT /api/v1/retention", "POST /api/v1/bulk-actions"),
    *("POST /saved-views", "POST /api/v1/saved-views"),
    *("POST /dashboards", "POST /api/v1/stream-tokens"),
    *("POST /libraries", "POST /api/v1/libraries", "POST /api/v1/library-files"),
}
# These take an upload that was kept, by a field.
OF_UPLOAD = {"GET /preview", "POST /preview", "POST /jobs"}
# These take the ids of jobs, by a field.
OF_JOBS = {
    f"POST /jobs/selected/{what}"
    for what in ("{action}", "priority", "download", "compare", "arbiter")
}
ADMINISTRATION = {
    *("GET /admin/accounts", "POST /admin/invitations", "GET /admin/ops", "GET /admin/ops/events"),
    *("GET /admin/ops/throughput.json", "GET /admin/ops/jobs", "GET /api/v1/ops"),
    *("GET /api/v1/ops/throughput", "GET /api/v1/ops/jobs", "GET /api/v1/ops/steps"),
    *(f"{method} /api/v1/ops/log-level" for method in ("GET", "PUT")),
    "POST /admin/ops/log-level",
    *("GET /api/v1/ops/figures", "GET /admin/ops/figures.json"),
    *("GET /admin/retention", "POST /admin/retention", "GET /api/v1/retention/all/due"),
    *("GET /api/v1/retention/all", "PUT /api/v1/retention/all"),
    *("GET /admin/schedules", "GET /api/v1/schedules"),
    *("GET /admin/schedules/{schedule}", "POST /admin/schedules/{schedule}"),
    *("POST /admin/schedules/{schedule}/{action}", "POST /api/v1/schedules/{schedule}/run"),
    *("GET /api/v1/schedules/{schedule}", "PATCH /api/v1/schedules/{schedule}"),
    "GET /api/v1/schedules/{schedule}/runs",
    *("GET /admin/alerts", "POST /admin/alerts", "GET /api/v1/alerts", "PATCH /api/v1/alerts"),
    *("POST /admin/ops/queue/pause", "POST /admin/ops/queue/resume"),
    *("POST /api/v1/queue/pause", "POST /api/v1/queue/resume"),
    *(f"{method} /api/v1/accounts/{{account}}/quotas" for method in ("GET", "PUT")),
    *("GET /api/v1/accounts", "PUT /api/v1/accounts/{account}/role"),
    *("GET /admin/security", "GET /api/v1/security-trail", "POST /admin/second-factor"),
}
# What administrators may see and do with what is anybody's.
OF_ADMINISTRATORS = (
    *("/admin/", "/api/v1/ops", "/api/v1/schedules", "/api/v1/retention/all"),
    "/api/v1/alerts",
    *("/api/v1/security-trail", "/api/v1/queue/", "/api/v1/accounts"),
)
# The parameters whose values name something of somebody.
SOMEBODYS = {"job_id", "batch_id", "preset_id", "token_id", "account_id", "link_id", "worker"}
SOMEBODYS |= {"session_id", "webhook_id", "delivery_id", "other_id", "action_id", "view_id"}
SOMEBODYS |= {"stream_token_id", "library_id", "review_id", "reviewer_id"}
# Those that stand together in an address, each of which must be the caller's own.
PAIRS = (("job_id", "other_id"), ("webhook_id", "delivery_id"))
# What a request needs so that nothing but its caller can be wrong with it.
JSON: dict[str, Any] = {
    "POST /api/v1/jobs/{job_id}/rerun": {"rt_tolerance": 0.2},
    "POST /api/v1/jobs/{job_id}/refit": {
        "overrides": [{"row": 1, "call": "true", "reason": "a stranger's"}]
    },
    "POST /api/v1/jobs/{job_id}/arbiter/{other_id}": {"first": "a stranger's"},
    "PUT /api/v1/jobs/{job_id}/labels": {"tags": ["strange"], "note": "a stranger's"},
    "PUT /api/v1/jobs/{job_id}/priority": {"priority": "high"},
    "POST /api/v1/jobs/{job_id}/reviews": {"reviewers": ["bob@lab.example", "eve@lab.example"]},
    "POST /api/v1/jobs/{job_id}/sign-off": {"note": "a stranger's"},
    "POST /api/v1/reviews/{review_id}/reviewers": {"name": "bob@lab.example"},
    "PUT /api/v1/reviews/{review_id}/rows/{row}": {"call": "true"},
    "PUT /api/v1/reviews/{review_id}/conflicts/{row}": {"call": "true", "note": "a stranger's"},
    "PUT /api/v1/ops/workers/{worker}/places": {"places": 2},
    "PUT /api/v1/libraries/{library_id}/sharing": {"is_shared": True},
    "PUT /api/v1/ops/log-level": {"level": "debug"},
    "PUT /api/v1/accounts/{account}/quotas": {"running_jobs": 0},
    "PUT /api/v1/accounts/{account}/role": {"role": "admin"},
    "PUT /api/v1/jobs/{job_id}/shares": {"name": "bob@lab.example", "may": "edit"},
    "PATCH /api/v1/webhooks/{webhook_id}": {"enabled": False},
    "PUT /api/v1/retention/all": {"default_days": 1, "most_days": 1},
    "PATCH /api/v1/schedules/{schedule}": {"paused": True},
    "PATCH /api/v1/alerts": {"recipients": ["bob@lab.example"]},
}
FORMS: dict[str, dict[str, str | list[str]]] = {
    "POST /jobs/{job_id}/overrides": {
        "row": "1",
        "call": "true",
        "anchor": "",
        "reason": "a stranger's",
    },
    "POST /jobs/{job_id}/arbiter/{other_id}": {"first": "a stranger's"},
    "POST /jobs/{job_id}/review": {"reviewers": "bob@lab.example eve@lab.example"},
    "POST /reviews/{review_id}/reviewers": {"name": "bob@lab.example"},
    "POST /reviews/{review_id}/rows/{row}": {"call": "true"},
    "POST /reviews/{review_id}/conflicts/{row}": {"call": "true", "note": "a stranger's"},
    "POST /jobs/{job_id}/keep": {"kept": "yes"},
    "POST /jobs/{job_id}/library": {"name": "a stranger's"},
    "POST /libraries/{library_id}/sharing": {"is_shared": "yes"},
    "POST /jobs/{job_id}/labels": {"tags": "strange", "note": "a stranger's"},
    "POST /jobs/{job_id}/priority": {"priority": "high"},
    "POST /admin/ops/workers/{worker}/places": {"places": "2"},
    "POST /jobs/{job_id}/shares": {"name": "bob@lab.example", "may": "edit"},
    "POST /webhooks/{webhook_id}": {"url": "https://evil.example/", "events": ["complete"]},
    "POST /admin/accounts/{account_id}/role": {"role": "admin"},
    "POST /admin/accounts/{account_id}/delete": {"jobs": "delete"},
    "POST /admin/accounts/{account_id}/quotas": {"waiting_jobs": "0"},
}


# What the API lists of somebody, by its address.
LISTED = (
    *("jobs", "presets", "saved-views", "libraries", "reviews", "stream-tokens", "retention"),
    "tags",
)


class Things(NamedTuple):
    """What Ada has."""

    ids: dict[str, str]
    upload: str
    marks: tuple[str, ...]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Each method and path of the application."""
    return [
        f"{method} {route.path_format}"
        for route in _application(tmp_path_factory.mktemp("data")).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods)
        if method != "OPTIONS"
    ]


@pytest.fixture(scope="module")
def adas_browser(ada: Person) -> Iterator[httpx.Client]:
    with ada.session() as browser:
        yield browser


@pytest.fixture(scope="module")
def adas(ada: Person) -> Iterator[httpx.Client]:
    with ada.program(*SCOPES) as program:
        yield program


@pytest.fixture(scope="module")
def bobs(bob: Person) -> dict[str, str]:
    """What Bob has of the same kinds, by the names of the parameters: a job of the same table."""
    with bob.program(*SCOPES) as program:
        job_id = submit(program, example_table().write_csv().encode(), "bobs-peaks.csv")
        other_id = program.post(f"/api/v1/jobs/{job_id}/rerun", json={}).json()["job_id"]
        for each in (job_id, other_id):
            assert finished(program, each)["status"] == "succeeded"
        webhook_id, delivery_id = _called_webhook(program, "https://localhost/bobs-hook")
    ids = {"job_id": job_id, "other_id": other_id}
    return ids | {"webhook_id": webhook_id, "delivery_id": delivery_id}


@pytest.fixture(scope="module")
def things(adas: httpx.Client, adas_browser: httpx.Client, admin: Person) -> Things:
    return _made_things(adas, adas_browser, admin)


def _made_things(adas: httpx.Client, adas_browser: httpx.Client, admin: Person) -> Things:
    table = example_table().write_csv().encode()
    job_id = submit(adas, table, "adas-secret-peaks.csv")
    other_id = adas.post(f"/api/v1/jobs/{job_id}/rerun", json={}).json()["job_id"]
    for each in (job_id, other_id):
        assert finished(adas, each)["status"] == "succeeded"
    files = {"file": ("adas-secret-batch.csv", SMALL)}
    batch = adas.post("/api/v1/batches", files=files).json()
    finished(adas, batch["jobs"][0]["id"])
    preset = adas.post("/api/v1/presets", json={"name": "adas secret preset"}).json()
    view = adas.post(
        "/api/v1/saved-views", json={"name": "adas secret view", "q": "tag:adas"}
    ).json()
    library = adas.post("/api/v1/libraries", json={"job": job_id, "name": "adas secret method"})
    readers = {"reviewers": ["carol@lab.example", "dora@lab.example"]}
    review = adas.post(f"/api/v1/jobs/{other_id}/reviews", json=readers).json()
    stream_token = adas.post("/api/v1/stream-tokens", json={"opens": "all"}).json()
    token = adas.get("/api/v1/tokens").json()["tokens"][0]
    webhook, delivery = _called_webhook(adas, "https://localhost/adas-secret-hook")
    fields = {"_csrf_token": csrf_token(adas_browser)}
    file = {"file": ("adas-secret-upload.csv", table)}
    (upload,) = uploads_in(adas_browser.post("/preview", data=fields, files=file))
    with admin.session() as browser:
        invitation = {"name": "carol@lab.example", "role": "user"}
        typed = {"confirming_password": admin.password}
        page = send(browser, "/admin/invitations", **invitation, **typed).text
    session = adas_browser.get("/account").text.partition("/account/sessions/")[2].partition("/")[0]
    link = page.partition("/admin/invitations/")[2].partition("/")[0]
    account = page.partition("ada@lab.example")[2].partition("/admin/accounts/")[2]
    ids = {"job_id": job_id, "other_id": other_id, "row": "1", "preset_id": preset["id"]}
    tagging = {"action": "tag", "q": "name:adas", "tags": ["adas"]}
    action = adas.post("/api/v1/bulk-actions", json=tagging).json()["id"]
    done = f"/api/v1/bulk-actions/{action}"
    wait_until(lambda: adas.get(done).json()["state"] == "ended")
    ids |= {
        "action_id": action,
        "batch_id": batch["batch_id"],
        "view_id": view["id"],
        "stream_token_id": stream_token["id"],
        "library_id": library.json()["id"],
        "measure": "drift",
        "review_id": review["id"],
        "reviewer_id": review["reviewers"][0]["id"],
        "webhook_id": webhook,
        "delivery_id": delivery,
    }
    ids |= {
        "token_id": token["id"],
        "session_id": session,
        "link_id": link,
        "account_id": account.partition("/")[0],
    }
    ids |= {"account": ids["account_id"], "worker": "host:1:0a", "schedule": "jobs", "attempt": "1"}
    assert all(ids.values())
    marks = (job_id, other_id, "adas-secret", "adas secret", token["prefix"])
    return Things(ids, upload, marks)


def test_every_route_is_classified_and_declares_its_scope(
    routes: list[str], tmp_path: Path
) -> None:
    known = PUBLIC | BY_STREAM_TOKEN | OWN | OWN_STREAMS | OWN_CHANGES
    known |= OF_UPLOAD | OF_JOBS | ADMINISTRATION
    unknown = [route for route in routes if route not in known and not _names(route)]
    assert unknown == [], "Say in this file whose things these routes show or change."
    assert known <= set(routes)
    for has_accounts in (True, False):
        for route in _application(tmp_path, has_accounts=has_accounts).routes:
            for handler in route.route_handlers if isinstance(route, HTTPRoute) else []:
                what = f"{sorted(handler.http_methods)} {route.path_format}"
                if "OPTIONS" in handler.http_methods:
                    continue
                is_public = handler.opt.get("exclude_from_auth", False)
                assert is_public or handler.opt.get("scope") in SCOPES, f"{what} has no scope."
                if has_accounts:
                    methods = {f"{method} {route.path_format}" for method in handler.http_methods}
                    assert (methods <= PUBLIC | BY_STREAM_TOKEN) is is_public, what


@pytest.mark.parametrize("way", ["session", "token", "administrator"])
def test_a_stranger_reaches_nothing_and_changes_nothing(
    way: str,
    routes: list[str],
    bob: Person,
    admin: Person,
    things: Things,
    adas: httpx.Client,
) -> None:
    before = _state(adas, things)
    ways = {
        "session": bob.session(),
        "token": bob.program(*SCOPES),
        "administrator": admin.session(),
    }
    asked = 0
    with ways[way] as stranger:
        for route in routes:
            if not (_names(route) or route in ADMINISTRATION) or route in BY_STREAM_TOKEN:
                continue
            if way == "administrator" and _is_of_administrators(route):
                continue
            answer = _ask(stranger, route, things)
            _is_refused(answer, route, way)
            _shows_nothing(answer, things, but=things.ids.values())
            asked += 1
        for route in OWN:
            answer = stranger.get(_filled(route, {"path": "openapi.json", "name": "using"}))
            assert answer.status_code in (200, 404), route
            _shows_nothing(answer, things)
        for route in BY_STREAM_TOKEN:
            answer = stranger.get(_filled(route, things.ids))
            assert answer.status_code == 401, f"{route}: only a stream token opens it"
        for route in OF_UPLOAD:
            _cannot_take_the_upload(stranger, route, things)
        for route in OF_JOBS:
            for action in ACTIONS:
                chosen = [things.ids["job_id"], things.ids["other_id"]]
                path = _filled(route, {"action": action})
                answer = send(
                    stranger, path, job=chosen, confirmed="yes", tags="adas", priority="high"
                )
                _shows_nothing(answer, things, but=things.ids.values())
        for path in ("/", "/settings", "/preview"):
            query = {"preset": things.ids["preset_id"], "upload": things.upload}
            answer = stranger.get(path, params=query)
            assert answer.status_code in (400, 404), path
            _shows_nothing(answer, things, but=things.ids.values())
        with stranger.stream("GET", "/api/v1/events") as stream:
            assert "connected" in next(stream.iter_text())
    assert asked > 30
    assert _state(adas, things) == before


def test_of_two_ids_each_is_looked_at(
    routes: list[str], bob: Person, bobs: dict[str, str], things: Things, adas: httpx.Client
) -> None:
    before = _state(adas, things)
    of_two = [route for route in routes if _of_pairs(route)]
    arbiter = 3  # a page, its form and an operation of the API
    assert len(of_two) == 2 * len(PAIRS) + arbiter, "A page and an operation of the API each."
    with bob.session() as browser, bob.program(*SCOPES) as program:
        for route in of_two:
            stranger = program if "/api/" in route else browser
            own = _ask(stranger, route, things._replace(ids=bobs))
            assert own.status_code != 404, f"{route} is not there for whose it is"
            for name in _of_pairs(route):
                mixed = bobs | {name: things.ids[name]}
                answer = _ask(stranger, route, things._replace(ids=mixed))
                assert answer.status_code == 404, f"{route} with Ada's {name}"
                _shows_nothing(answer, things, but=[mixed[name]])
    assert _state(adas, things) == before


def test_a_visitor_who_is_not_logged_in_reaches_only_public_pages(
    routes: list[str], things: Things, ada: Person, adas: httpx.Client
) -> None:
    before = _state(adas, things)
    with httpx.Client(base_url=ada.server.url, timeout=60) as nobody:
        nobody.get("/login")
        for route in routes:
            if route in PUBLIC:
                continue
            answer = _ask(nobody, route, things)
            if route.partition(" ")[2].startswith("/api/"):
                assert answer.status_code == 401, route
            else:
                assert answer.status_code in (302, 303), f"{route}: {answer.status_code}"
                assert answer.headers["location"].startswith("/login"), route
            _shows_nothing(answer, things, but=things.ids.values())
    assert _state(adas, things) == before


def _called_webhook(program: httpx.Client, url: str) -> tuple[str, str]:
    """The ids of a webhook and of a call of it that has failed."""
    address = {"url": url, "events": ["cancelled"]}
    webhook = program.post("/api/v1/webhooks", json=address).json()["id"]
    delivery = program.post(f"/api/v1/webhooks/{webhook}/test").json()["delivery_id"]
    calls = f"/api/v1/webhooks/{webhook}/deliveries"
    wait_until(lambda: program.get(calls).json()["deliveries"][0]["state"] == "failed")
    return webhook, delivery


def _application(folder: Path, *, has_accounts: bool = True) -> Litestar:
    settings = Settings.from_environment({"SIALOSCOPE_DATA": str(folder)})
    with warnings.catch_warnings():  # Litestar 2 announces the ways of Litestar 3
        warnings.simplefilter("ignore", DeprecationWarning)
        from app.main import create_app

        return create_app(replace(settings, has_accounts=has_accounts))


def _names(route: str) -> bool:
    """Whether a route names something of somebody."""
    return any(f"{{{name}}}" in route for name in SOMEBODYS)


def _of_pairs(route: str) -> list[str]:
    """The parameters of a route that each name something of somebody by themselves."""
    return [name for pair in PAIRS if all(f"{{{name}}}" in route for name in pair) for name in pair]


def _is_of_administrators(route: str) -> bool:
    return any(path in route for path in OF_ADMINISTRATORS)


def _is_refused(answer: httpx.Response, route: str, way: str) -> None:
    assert answer.status_code in (401, 403, 404), f"{route}: {answer.status_code}"
    assert answer.status_code != 401 or way != "token", route
    if _is_of_administrators(route):
        assert answer.status_code != 404, f"{route} tells a user what there is"
    elif "{job_id}" in route and (way == "token" or route.startswith("GET /jobs")):
        is_foreign = answer.status_code == 404 or not route.split()[1].startswith("/api")
        assert is_foreign, f"{route}: a foreign job is one that is not there"


def _filled(route: str, values: dict[str, str]) -> str:
    return route.partition(" ")[2].format_map(values)


def _ask(client: httpx.Client, route: str, things: Things) -> httpx.Response:
    """Ask with all that the route needs, so that nothing but the caller can be wrong."""
    method, path = (
        route.partition(" ")[0],
        _filled(route, {"path": "x", "action": "delete", "name": "using"} | things.ids),
    )
    if route in JSON or "/api/" in path:
        return client.request(method, path, json=JSON.get(route))
    if method == "GET":
        return client.get(path)
    return send(client, path, **FORMS.get(route, {}))


def _cannot_take_the_upload(client: httpx.Client, route: str, things: Things) -> None:
    if route.startswith("GET"):
        answer = client.get(_filled(route, {}), params={"upload": things.upload})
    else:
        answer = send(client, _filled(route, {}), upload=things.upload)
    # A program's token opens no form, which needs a CSRF token.
    is_refused = "authorization" in client.headers and answer.status_code == 403
    assert is_refused or (answer.status_code == 400 and GONE[:40] in answer.text), route
    _shows_nothing(answer, things)


def _shows_nothing(answer: httpx.Response, things: Things, but: Iterable[str] = ()) -> None:
    """Nothing of Ada's is in an answer, but for what the address had itself."""
    for mark in things.marks:
        assert mark in but or mark not in answer.text, f"{answer.url} shows {mark}"


def _state(adas: httpx.Client, things: Things) -> dict[str, Any]:
    """All that Ada has."""
    job = f"/api/v1/jobs/{things.ids['job_id']}"
    paths = [f"{job}{part}" for part in ("", "/shares", "/audit", "/versions", "/reviews")]
    paths += [f"/api/v1/{what}" for what in LISTED]
    state = {path: adas.get(path).json() for path in paths}
    state["csv"] = adas.get(f"{job}/export", params={"format": "csv"}).text
    tokens = adas.get("/api/v1/tokens").json()["tokens"]
    webhook = f"/api/v1/webhooks/{things.ids['webhook_id']}"
    state["webhook"] = [adas.get(webhook).json(), adas.get(f"{webhook}/deliveries").json()]
    state["tokens"] = [{**token, "last_used_at": None} for token in tokens]
    assert all(state.values())
    return state
