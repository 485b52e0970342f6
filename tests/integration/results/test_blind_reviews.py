"""A reader of an open review finds no call, reason or probability, whatever they ask for.

Every route of the application is asked, as its list stands, so a new route is asked by itself.
"""

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

import httpx
import polars.selectors as cs
import pytest
from litestar.routes import HTTPRoute

from app.analysis.example.example_table import example_table
from app.db.accounts.tokens import SCOPES
from app.settings import Settings
from tests.api_surface import RELEASED
from tests.integration.accounts.test_strangers import FORMS, JSON
from tests.integration.api import finished, submit
from tests.page_forms import csrf_token, send
from tests.people import Person, add_person
from tests.servers import Sialoscope, running_sialoscope

WHY = "a canary that sings of row one"
# Changes of logins: they end the session, or count as tries to guess a password.
OF_LOGINS = ("/account", "/login", "/logout", "/forgotten", "/reset", "/invitation")
# A form that could name jobs and rows to any page.
FORM = {"row": "1", "call": "true", "reason": "mine", "confirmed": "yes", "tags": "x", "note": "x"}
# Routes of the API refuse a parameter that they do not take.
OPERATIONS = json.loads(RELEASED.read_text())["operations"].values()
PARAMETERS = {each["route"]: each["parameters"] for each in OPERATIONS}
# What differs between two answers by chance or with the time.
VARYING = re.compile(
    r"[0-9a-f]{32,}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)?"
    r'|name="_csrf_token" value="[^"]*"'
)
NUMBERS = ("confidence", "predicted_rt_min", "residual_min", "studentised_residual")


class Case(NamedTuple):
    """Two versions of a job, its open review, and what stands in their results alone."""

    ids: dict[str, str]
    other_id: str
    marks: frozenset[str]


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def olga(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "olga@lab.example").program(*SCOPES) as program:
        yield program


@pytest.fixture(scope="module")
def readers(server: Sialoscope) -> dict[str, Person]:
    """A user and an administrator, who sees the operation too, and somebody who is no reader."""
    return {
        "rita": add_person(server, "rita@lab.example"),
        "root": add_person(server, "root@lab.example", "--admin"),
        "elsa": add_person(server, "elsa@lab.example"),
    }


@pytest.fixture(scope="module")
def case(olga: httpx.Client, readers: dict[str, Person]) -> Case:
    """Shared with all of them before, so that the review alone hides it."""
    job_id = submitted(olga)
    sent = {"overrides": [{"row": 1, "call": "outlier", "reason": WHY}]}
    other_id = olga.post(f"/api/v1/jobs/{job_id}/refit", json=sent).json()["id"]
    assert finished(olga, other_id)["status"] == "succeeded"
    for person in readers.values():
        may = {"name": person.name, "may": "edit"}
        assert olga.put(f"/api/v1/jobs/{job_id}/shares", json=may).is_success
    with readers["rita"].program(*SCOPES) as rita:
        opens = {"opens": "job", "job_id": job_id}
        token = rita.post("/api/v1/stream-tokens", json=opens).json().get("token", "none")
    review = opened(olga, job_id, "rita", "root")
    ids = {"job_id": job_id, "other_id": other_id, "row": "1", "review_id": review}
    readers_of = olga.get(f"/api/v1/reviews/{review}").json()["reviewers"]
    ids |= {"reviewer_id": readers_of[0]["id"]}
    ids |= {"attempt": "1", "batch_id": "none", "token": token, "path": "openapi.json"}
    return Case(ids, other_id, marks_of(olga, job_id, other_id))


def submitted(olga: httpx.Client, scale: float = 1.003, **settings: str) -> str:
    # Not the example itself, which everybody can analyze. A review hides all jobs of its table.
    table = example_table().head(250).with_columns(cs.float() * scale)
    job_id = submit(olga, table.write_csv().encode(), **settings)
    assert finished(olga, job_id)["status"] == "succeeded"
    return job_id


def opened(olga: httpx.Client, job_id: str, *names: str) -> str:
    wanted = {"reviewers": [f"{name}@lab.example" for name in names], "filter": {"rows": "1,2,3"}}
    answer = olga.post(f"/api/v1/jobs/{job_id}/reviews", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def marks_of(olga: httpx.Client, *job_ids: str) -> frozenset[str]:
    """Reasons, equations and exact numbers of results: texts that nothing else has."""
    marks = {WHY}
    for job_id in job_ids:
        path = f"/api/v1/jobs/{job_id}"
        for row in olga.get(f"{path}/rows").json()["rows"]:
            marks.add(row["reason"] or WHY)
            marks |= {repr(row[name]) for name in NUMBERS if row[name] is not None}
        marks |= {each["equation"] or WHY for each in olga.get(f"{path}/models").json()["models"]}
        log = olga.get(f"{path}/attempts/1/log").text
        marks |= set(re.findall(r'"message":"(Rule \d+, [^"]+\d[^"]*)"', log))
        marks.add(json.dumps(olga.get(path).json()["summary"]["counts"], separators=(",", ":")))
    return frozenset(mark for mark in marks if len(mark) > 8)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Each method and path of the application, those that change nothing first."""
    settings = Settings.from_environment({"SIALOSCOPE_DATA": str(tmp_path_factory.mktemp("data"))})
    with warnings.catch_warnings():  # Litestar 2 announces the ways of Litestar 3
        warnings.simplefilter("ignore", DeprecationWarning)
        from app.main import create_app

        application = create_app(replace(settings, has_accounts=True))
    found = {
        f"{method} {route.path_format}"
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    }
    of_logins = {each for each in found if each.split(" ")[1].startswith(OF_LOGINS)}
    read = {each for each in of_logins if each.startswith("GET /account")}
    return sorted(
        (found - of_logins) | read, key=lambda route: (not route.startswith("GET"), route)
    )


def asked(client: httpx.Client, route: str, ids: dict[str, str], csrf: str) -> tuple[int, str]:
    """The status and the text of an answer; of a stream what comes first."""
    method, path = route.split(" ")
    address = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "none"), path)
    sent: dict[str, Any] = {}
    if method != "GET" and address.startswith("/api/"):
        sent["json"] = JSON.get(route, {})
    elif method != "GET":
        jobs = {"job": [ids["job_id"], ids["other_id"]], "_csrf_token": csrf}
        sent["data"] = FORM | FORMS.get(route, {}) | jobs
    query = {"token": ids["token"]} if "/streams/" in path else {"job": ids["job_id"]}
    if route in PARAMETERS:
        query = {name: query[name] for name in query if name in PARAMETERS[route]}
    with client.stream(method, address, params=query, **sent) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer.status_code, next(answer.iter_text(), "")
        content = answer.read()
    return answer.status_code, unescape(content.decode(errors="replace"))


def found_in(text: str, marks: frozenset[str]) -> list[str]:
    return [mark for mark in marks if mark in text]


@pytest.mark.parametrize("way", ["session", "token"])
@pytest.mark.parametrize("name", ["rita", "root"])
def test_a_blind_reader_finds_no_call_on_any_route(
    name: str, way: str, routes: list[str], readers: dict[str, Person], case: Case
) -> None:
    opens = readers[name].session() if way == "session" else readers[name].program(*SCOPES)
    of_job = 0
    with opens as client:
        client.follow_redirects = False
        csrf = csrf_token(client) if way == "session" else ""
        for route in routes:
            for ids in (case.ids, case.ids | {"job_id": case.other_id}):
                status, text = asked(client, route, ids, csrf)
                assert found_in(text, case.marks) == [], route
                assert status < 500 or "/webhooks" in route, (route, text)
                # The page of operators has the attempts of any job, and nothing of its result.
                if "{job_id}" in route and "/ops/" not in route:
                    assert status >= 400, f"{route} answers {status} about a job under review"
                    of_job += 1
        if way == "session":
            page = client.get(f"/jobs/{case.ids['job_id']}/result")
            assert page.status_code == 403
            assert "You review the table of this job without seeing its result" in page.text
            listed = client.get("/shared").text
            assert case.ids["job_id"] not in listed
    assert of_job > 60


def test_the_same_questions_show_calls_to_somebody_who_is_no_reader(
    routes: list[str], readers: dict[str, Person], case: Case
) -> None:
    """The walk can find what it looks for."""
    with readers["elsa"].session() as client:
        telling = [
            route
            for route in routes
            if route.startswith("GET") and "{job_id}" in route
            if found_in(asked(client, route, case.ids, "")[1], case.marks)
        ]
    for route in ("rows", "models", "export", "rows/{row}", "compare/{other_id}"):
        assert f"GET /api/v1/jobs/{{job_id}}/{route}" in telling


def test_what_a_reader_sees_does_not_depend_on_the_calls(
    olga: httpx.Client, readers: dict[str, Person]
) -> None:
    """Two results of one table, with other calls: their readers get the same answers."""
    strict = submitted(olga)
    lax = submitted(olga, rt_tolerance="0.01", outlier_threshold="1.1")
    calls = [
        [row["call"] for row in olga.get(f"/api/v1/jobs/{each}/rows").json()["rows"][:40]]
        for each in (strict, lax)
    ]
    assert calls[0] != calls[1]
    rows = ",".join(str(number) for number in range(1, 41))
    seen = []
    with readers["rita"].session() as session, readers["rita"].program(*SCOPES) as program:
        for job_id in (strict, lax):
            names = [readers[each].name for each in ("rita", "root")]
            wanted = {"reviewers": names, "filter": {"rows": rows}}
            review = olga.post(f"/api/v1/jobs/{job_id}/reviews", json=wanted).json()["id"]
            seen.append([VARYING.sub("", each) for each in answers(session, program, review)])
            assert olga.post(f"/api/v1/reviews/{review}/close").is_success
    assert seen[0] == seen[1]


def answers(session: httpx.Client, program: httpx.Client, review: str) -> Iterator[str]:
    """What a reader can get of a review, before and after a judgement."""
    path = f"/api/v1/reviews/{review}"
    for _ in range(2):
        yield program.get(path).text
        yield program.get(f"{path}/rows").text
        yield session.get(f"/reviews/{review}").text
        yield program.put(f"{path}/rows/2", json={"call": "ambiguous", "note": "broad"}).text
        yield send(session, f"/reviews/{review}/rows/3", call="true").text
        with program.stream("GET", f"{path}/events") as stream:
            yield next(stream.iter_text())
        for refused in ("conflicts", "adopt", "close"):
            method = "GET" if refused == "conflicts" else "POST"
            yield program.request(method, f"{path}/{refused}").text


def test_a_share_of_before_opens_nothing_and_opens_again_after_the_review(
    olga: httpx.Client, readers: dict[str, Person]
) -> None:
    job_id = submitted(olga, 1.004)
    may = {"name": readers["rita"].name, "may": "view"}
    assert olga.put(f"/api/v1/jobs/{job_id}/shares", json=may).is_success
    with readers["rita"].program(*SCOPES) as rita:
        statuses = [rita.get(f"/api/v1/jobs/{job_id}/events").status_code]
        review = opened(olga, job_id, "rita", "root")
        statuses.append(rita.get(f"/api/v1/jobs/{job_id}/events").status_code)
        own = rita.get(f"/api/v1/reviews/{review}").json()
        assert (own["job"], own["reviewers"], own["agreement"]) == (None, [], [])
        assert olga.post(f"/api/v1/reviews/{review}/close").is_success
        statuses.append(rita.get(f"/api/v1/jobs/{job_id}/events").status_code)
        own = rita.get(f"/api/v1/reviews/{review}").json()
    assert statuses == [200, 403, 200]
    assert own["job"] == job_id


def test_a_rerun_of_the_table_is_hidden_and_a_review_tells_nothing_of_accounts(
    olga: httpx.Client, readers: dict[str, Person]
) -> None:
    job_id = submitted(olga, 1.005)
    rerun = olga.post(f"/api/v1/jobs/{job_id}/rerun", json={"rt_tolerance": 0.2}).json()["id"]
    assert finished(olga, rerun)["status"] == "succeeded"
    for name in (readers["rita"].name, "nobody@lab.example"):
        may = {"name": name, "may": "view"}
        assert olga.put(f"/api/v1/jobs/{rerun}/shares", json=may).is_success
    with readers["rita"].program(*SCOPES) as rita:
        statuses = [rita.get(f"/api/v1/jobs/{rerun}/rows").status_code]
        review = opened(olga, job_id, "rita", "nobody")
        statuses.append(rita.get(f"/api/v1/jobs/{rerun}/rows").status_code)
        assert rerun not in rita.get("/api/v1/shared").text
        of_readers = olga.get(f"/api/v1/reviews/{review}").json()["reviewers"]
        assert olga.post(f"/api/v1/reviews/{review}/close").is_success
        statuses.append(rita.get(f"/api/v1/jobs/{rerun}/rows").status_code)
    assert statuses == [200, 403, 200]
    assert [each["could_see"] for each in of_readers] == [True, True]
