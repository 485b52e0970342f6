"""A stream token opens the streams that it is bound to, for as long as it may, and nothing else."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent, connect_sse

from app.db.accounts.password_reset import change_password, reset_password
from app.db.accounts.store import AccountStore
from app.db.accounts.stream_tokens import (
    Bound,
    Maker,
    Opens,
    forget_stream_tokens,
    make_stream_token,
    opens_jobs,
    revoke_stream_tokens,
    usable_stream_token,
)
from app.db.accounts.tables import StreamToken
from app.db.accounts.tokens import TokenStore
from tests.integration.api import SMALL, finished, submit
from tests.integration.conftest import LISTED_ORIGIN
from tests.people import Person, user_command
from tests.servers import wait_until

OTHER_ORIGIN = "https://evil.example"
STREAMS = "/api/v1/streams"
NO_TIMES = b"Name,Volume\nGM1(36:1;O2),1000\n"


@pytest.fixture(scope="module")
def adas(ada: Person) -> Iterator[httpx.Client]:
    with ada.program("read", "submit", "manage") as program:
        yield program


@pytest.fixture(scope="module")
def job(adas: httpx.Client) -> str:
    """A finished job of Ada's, with a tag."""
    job_id = submit(adas, SMALL, "tagged.csv")
    adas.put(f"/api/v1/jobs/{job_id}/labels", json={"tags": ["embedded"]})
    finished(adas, job_id)
    return job_id


@pytest.fixture(scope="module")
def page(ada: Person) -> Iterator[httpx.Client]:
    """What a page of the listed origin sends: no cookie, and its origin."""
    headers = {"Origin": LISTED_ORIGIN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    with httpx.Client(base_url=ada.server.url, headers=headers, timeout=60) as client:
        yield client


def made(client: httpx.Client, opens: str, what: str = "", **more: int) -> dict[str, Any]:
    answer = client.post("/api/v1/stream-tokens", json={"opens": opens, "what": what, **more})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    token: dict[str, Any] = answer.json()
    return token


def bearer(token: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['token']}"}


def read(
    client: httpx.Client, path: str, token: dict[str, Any], **headers: str
) -> list[ServerSentEvent]:
    with connect_sse(client, "GET", path, headers=bearer(token) | headers) as source:
        assert source.response.headers["access-control-allow-origin"] == LISTED_ORIGIN
        assert "access-control-allow-credentials" not in source.response.headers
        return list(source.iter_sse())


def until(name: str, received: Iterator[ServerSentEvent]) -> Iterator[ServerSentEvent]:
    """The events up to the first of a name."""
    for event in received:
        yield event
        if event.event == name:
            return


def test_a_token_of_a_job_opens_its_stream_from_a_listed_origin_and_nothing_else(
    adas: httpx.Client, page: httpx.Client, job: str
) -> None:
    token = made(adas, "job", job)
    path = f"{STREAMS}/jobs/{job}/events"
    assert token["streams"] == [path]
    assert [event.event for event in read(page, path, token)][-1] == "complete"
    in_address = page.get(path, params={"token": token["token"]})
    assert "event: complete" in in_address.text, "EventSource can send no header"
    for other in (
        f"{STREAMS}/jobs/{'0' * 32}/events",
        f"{STREAMS}/events",
        f"{STREAMS}/events?tag=embedded",
        f"{STREAMS}/overview/events",
    ):
        assert page.get(other, headers=bearer(token)).status_code == 403, other
    outside = {"Authorization": f"Bearer {token['token']}"}
    with httpx.Client(base_url=page.base_url, headers=outside, timeout=60) as program:
        for closed in (f"/api/v1/jobs/{job}", "/api/v1/jobs", f"/api/v1/jobs/{job}/events"):
            assert program.get(closed).status_code == 401, closed
        assert program.get(f"/jobs/{job}").status_code in (302, 303, 401)
        assert program.post("/api/v1/stream-tokens", json={"opens": "all"}).status_code == 401


def test_other_origins_and_invalid_tokens_are_refused(
    adas: httpx.Client, ada: Person, page: httpx.Client, job: str
) -> None:
    path, token = f"{STREAMS}/jobs/{job}/events", made(adas, "all")
    foreign = {"Origin": OTHER_ORIGIN, "Sec-Fetch-Site": "cross-site"}
    for headers in (foreign, foreign | {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = httpx.get(f"{ada.server.url}{path}", headers=bearer(token) | headers, timeout=60)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    for wrong in ({}, {"Authorization": "Bearer sialostream_wrong"}):
        answer = page.get(path, headers=wrong)
        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == LISTED_ORIGIN, "it says why"
    with ada.session() as browser:
        assert browser.get(path).status_code == 401, "a session opens no stream of tokens"


def test_a_preflight_is_answered_to_listed_origins_for_streams_alone(page: httpx.Client) -> None:
    asks = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = page.options(f"{STREAMS}/events", headers=asks)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] == LISTED_ORIGIN
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert page.options(f"{STREAMS}/events", headers={"Origin": OTHER_ORIGIN}).status_code == 403
    for path in ("/api/v1/events", "/api/v1/jobs"):
        answer = page.options(path, headers=asks)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_a_token_of_a_tag_opens_the_jobs_with_the_tag(
    adas: httpx.Client, page: httpx.Client
) -> None:
    token = made(adas, "tag", "Watched")
    path = f"{STREAMS}/events"
    tagged = submit(adas, NO_TIMES, "tagged, without times.csv")
    finished(adas, tagged)
    adas.put(f"/api/v1/jobs/{tagged}/labels", json={"tags": ["watched"]})
    with connect_sse(page, "GET", path, params={"tag": "watched"}, headers=bearer(token)) as source:
        received = source.iter_sse()
        assert next(received).event == "connected"
        finished(adas, submit(adas, SMALL, "without a tag.csv"))
        assert adas.post(f"/api/v1/jobs/{tagged}/start").is_success
        heard = [event for event in until("error", received) if event.data]
    assert {json.loads(event.data)["job_id"] for event in heard} == {tagged}
    assert page.get(path, params={"tag": "other"}, headers=bearer(token)).status_code == 403
    assert page.get(path, headers=bearer(token)).status_code == 403


def test_a_token_for_all_jobs_opens_no_job_that_others_share(
    adas: httpx.Client, page: httpx.Client, bob: Person
) -> None:
    shared = submit(adas, SMALL, "shared.csv")
    finished(adas, shared)
    may = {"name": bob.name, "may": "view"}
    assert adas.put(f"/api/v1/jobs/{shared}/shares", json=may).is_success
    path = f"{STREAMS}/jobs/{shared}/events"
    with bob.program("read", "submit") as bobs:
        statuses = [
            page.get(path, headers=bearer(made(bobs, opens, what))).status_code
            for opens, what in (("all", ""), ("job", shared))
        ]
    assert statuses == [403, 200]


def test_the_overview_has_the_counts_and_the_last_results(
    adas: httpx.Client, page: httpx.Client, job: str
) -> None:
    token = made(adas, "tag", "embedded")
    with connect_sse(
        page, "GET", f"{STREAMS}/overview/events?tag=embedded", headers=bearer(token)
    ) as source:
        first = json.loads(next(source.iter_sse()).data)
    assert first["counts"]["succeeded"] >= 1
    assert first["last_results"][0]["id"] == job
    assert first["last_results"][0]["file_name"] == "tagged.csv"
    assert "confirmed" in first["last_results"][0]["assignments"]
    assert sum(first["last_results"][0]["counts"].values()) == first["last_results"][0]["rows"] == 2


@pytest.mark.parametrize("way", ["parameter", "accept"])
def test_the_overview_is_a_cloud_event_in_the_second_form(
    adas: httpx.Client, page: httpx.Client, job: str, way: str
) -> None:
    headers, path = bearer(made(adas, "tag", "embedded")), f"{STREAMS}/overview/events?tag=embedded"
    if way == "parameter":
        path += "&format=cloudevents"
    else:
        headers |= {"Accept": "application/cloudevents+json"}
    with page.stream("GET", path, headers=headers) as answer:  # connect_sse sets its own Accept
        message = next(EventSource(answer).iter_sse())
    found = json.loads(message.data)
    assert message.event == "overview"
    assert (found["specversion"], found["type"]) == ("1.0", "sialoscope.overview")
    assert found["id"]
    assert found["time"].endswith("Z")
    address, _, owner = found["source"].partition("#")
    assert address == f"{page.base_url}{STREAMS}/overview/events?tag=embedded"
    assert owner
    assert found["data"]["last_results"][0]["id"] == job


def test_a_reconnection_with_the_last_id_gets_what_it_missed(
    adas: httpx.Client, page: httpx.Client, job: str
) -> None:
    token, path = made(adas, "job", job), f"{STREAMS}/jobs/{job}/events"
    events = [event for event in read(page, path, token) if event.id]
    middle = events[len(events) // 2]
    again = [event for event in read(page, path, token, **{"Last-Event-ID": middle.id}) if event.id]
    assert [event.id for event in again] == [event.id for event in events][len(events) // 2 + 1 :]
    seen_all = page.get(path, headers=bearer(token) | {"Last-Event-ID": events[-1].id})
    assert seen_all.status_code == 204


@pytest.mark.parametrize("way", ["parameter", "accept"])
def test_each_event_is_a_cloud_event_in_the_second_form(
    adas: httpx.Client, page: httpx.Client, job: str, way: str
) -> None:
    token, path = made(adas, "job", job), f"{STREAMS}/jobs/{job}/events"
    plain, server_url = read(page, path, token), str(page.base_url).rstrip("/")
    if way == "parameter":
        cloud = read(page, f"{path}?format=cloudevents", token)
    else:
        headers = bearer(token) | {"Accept": "application/cloudevents+json"}
        with page.stream("GET", path, headers=headers) as answer:
            cloud = list(EventSource(answer).iter_sse())
    assert [(event.event, event.id) for event in cloud] == [
        (event.event, event.id) for event in plain
    ]
    for before, event in zip(plain, cloud, strict=True):
        found = json.loads(event.data)
        assert found.pop("specversion") == "1.0"
        assert found.pop("id") == event.id or (not event.id and event.event == "connected")
        assert found.pop("source") == f"{server_url}/api/v1/jobs/{job}/events"
        assert found.pop("type") == f"sialoscope.job.{event.event}"
        assert found.pop("subject") == job
        moment = found.pop("time")
        assert moment.endswith("Z")
        assert datetime.now(UTC) - datetime.fromisoformat(moment) < timedelta(hours=1)
        assert found.pop("datacontenttype") == "application/json"
        assert found.pop("data") == json.loads(before.data)
        assert found == {}


def test_the_streams_of_the_api_have_the_second_form_too(adas: httpx.Client, job: str) -> None:
    own = adas.get(f"/api/v1/jobs/{job}/events", params={"format": "cloudevents"}).text
    assert '"type":"sialoscope.job.complete"' in own
    with connect_sse(adas, "GET", "/api/v1/events?format=cloudevents") as source:
        first = json.loads(next(source.iter_sse()).data)
    assert first["type"] == "sialoscope.job.connected"
    address, _, owner = first["source"].partition("#")
    assert address == f"{adas.base_url}/api/v1/events"
    assert owner
    with connect_sse(adas, "GET", first["source"]) as source:  # the source opens the stream
        assert next(source.iter_sse()).event == "connected"
    assert adas.get("/api/v1/events?format=xml").status_code == 400


def test_a_token_ends_when_it_is_revoked_its_job_is_deleted_or_its_maker_ends(
    adas: httpx.Client, ada: Person, page: httpx.Client
) -> None:
    job_id = submit(adas, SMALL, "deleted.csv")
    finished(adas, job_id)
    of_job, of_all = made(adas, "job", job_id), made(adas, "all")
    listed = [each["id"] for each in adas.get("/api/v1/stream-tokens").json()["stream_tokens"]]
    assert {of_job["id"], of_all["id"]} <= set(listed)
    assert adas.delete(f"/api/v1/jobs/{job_id}").is_success
    path = f"{STREAMS}/jobs/{job_id}/events"
    assert page.get(path, headers=bearer(of_job)).status_code == 401
    assert page.get(path, headers=bearer(of_all)).status_code == 404
    with connect_sse(page, "GET", f"{STREAMS}/events", headers=bearer(of_all)) as source:
        received = source.iter_sse()
        next(received)
        assert adas.delete(f"/api/v1/stream-tokens/{of_all['id']}").is_success
        for _ in received:  # ends within seconds
            pass
    assert page.get(f"{STREAMS}/events", headers=bearer(of_all)).status_code == 401
    with ada.program("read", "admin") as program:
        of_program = made(program, "all")
        own = program.get("/api/v1/tokens").json()["tokens"][0]["id"]
        program.delete(f"/api/v1/tokens/{own}")
    assert page.get(f"{STREAMS}/events", headers=bearer(of_program)).status_code == 401


def test_a_token_of_a_disabled_account_opens_nothing(bob: Person, page: httpx.Client) -> None:
    with bob.program("read") as program:
        token = made(program, "all")
    try:
        assert user_command(bob.server, "disable", bob.name).returncode == 0
        assert page.get(f"{STREAMS}/events", headers=bearer(token)).status_code == 401
    finally:
        assert user_command(bob.server, "enable", bob.name).returncode == 0


def test_what_cannot_be_bound_is_refused_with_a_sentence(
    adas: httpx.Client, bob: Person, job: str
) -> None:
    for body, status, says in (
        ({"opens": "job"}, 400, "Say which job"),
        ({"opens": "job", "what": "0" * 32}, 404, "There is no job"),
        ({"opens": "tag", "what": "two words"}, 400, "cannot be a tag"),
        ({"opens": "all", "what": job}, 400, "names no job or tag"),
        ({"opens": "all", "minutes": 0}, 400, "1 to 1,440 minutes"),
        ({"opens": "all", "minutes": 1441}, 400, "1 to 1,440 minutes"),
        ({"opens": "everything"}, 400, "opens"),
    ):
        answer = adas.post("/api/v1/stream-tokens", json=body)
        assert answer.status_code == status, body
        assert says in answer.json()["detail"], body
    with bob.program("read") as stranger:
        answer = stranger.post("/api/v1/stream-tokens", json={"opens": "job", "what": job})
    assert answer.status_code == 404


def test_no_log_has_a_token(adas: httpx.Client, page: httpx.Client, ada: Person, job: str) -> None:
    token = made(adas, "job", job)
    assert page.get(f"{STREAMS}/jobs/{job}/events", params={"token": token["token"]}).is_success
    log = ada.server.log
    wait_until(lambda: job in log.read_text())
    assert token["token"] not in log.read_text()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("replace", [change_password, reset_password])
def test_a_new_password_ends_the_tokens_of_its_account_alone(
    replace: Callable[[str, str], Awaitable[None]],
) -> None:
    async def work() -> None:
        accounts = [await AccountStore().add(name, "x") for name in ("ada", "bob")]
        of_ada, of_bob = [
            await make_stream_token(Bound(Opens.ALL), minutes=60, maker=Maker(account.id))
            for account in accounts
        ]
        await replace(accounts[0].id, "another hash")
        assert await usable_stream_token(of_ada.secret) is None
        assert await usable_stream_token(of_bob.secret)

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_a_token_ends_by_itself_and_with_the_token_that_made_it() -> None:
    async def end() -> None:
        soon = datetime.now(UTC) + timedelta(seconds=30)
        short = await make_stream_token(
            Bound(Opens.ALL), minutes=60, maker=Maker("ada", until=soon)
        )
        assert short.token.expires_at == soon
        assert await usable_stream_token(short.secret)
        past = datetime.now(UTC) - timedelta(seconds=1)
        await StreamToken.update({StreamToken.expires_at: past}).where(
            StreamToken.id == short.token.id
        )
        assert await usable_stream_token(short.secret) is None
        api = await TokenStore().make("a program", ["read"], owner="ada", days=1)
        theirs = await make_stream_token(
            Bound(Opens.ALL), minutes=60, maker=Maker("ada", api.token.id)
        )
        await TokenStore().revoke(api.token.id, owner="ada")
        assert await usable_stream_token(theirs.secret) is None
        of_job = await make_stream_token(Bound(Opens.JOB, "j"), minutes=1, maker=Maker("ada"))
        assert await revoke_stream_tokens(opens_jobs(["j"]), owner="ada") == 1
        assert await usable_stream_token(of_job.secret) is None
        assert await forget_stream_tokens(before=datetime.now(UTC) + timedelta(days=1)) == 3

    asyncio.run(end())
