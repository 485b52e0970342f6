"""A server set up by the document's own commands, seen through its nginx over TLS."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from http.client import HTTPResponse

import httpx
import pytest
from httpx_sse import ServerSentEvent, SSEError, connect_sse
from redis import Redis
from redis.exceptions import AuthenticationError

from app.contract.events import Log
from app.progress.publisher import Publisher
from app.runtime.redis_connection import connect
from tests.integration.api import SMALL, data, finished, submit
from tests.kit import AT_ONCE, NAME
from tests.page_forms import send
from tests.people import PASSWORD, SECRET, log_in
from tests.production import ADMIN, Production, running_production
from tests.servers import killed, wait_until

CLIENTS = 10
EVENTS = 20
UPLOAD_BYTES = 50_000_000
TRIES = 5  # that somebody has for an account from one address
SOON_S = 0.2
END = "complete"


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    with running_production(PASSWORD) as running:
        yield running


@pytest.fixture(scope="module")
def token(production: Production) -> str:
    """Of a program of the administrator."""
    with production.client() as browser:
        log_in(browser, ADMIN, PASSWORD)
        made = send(browser, "/tokens", name="tests", scopes=["read", "submit", "manage"], days="1")
    return str(SECRET.findall(made.text)[0])


@pytest.fixture
def program(production: Production, token: str) -> Iterator[httpx.Client]:
    with production.client() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_the_document_s_own_check_finds_all_well(production: Production) -> None:
    said = json.loads(production.follow("Check"))
    assert said == {
        "status": "ready",
        "parts": dict.fromkeys(("database", "redis", "storage"), "ready"),
    }


def test_its_doctor_and_ping_find_all_well(production: Production) -> None:
    received = production.command("doctor", "--json")
    found = json.loads(received.stdout)["findings"]
    assert [each for each in found if each["level"] != "ok"] == []
    ping = production.command("ping", "--url", production.url)
    assert ping.returncode == 0, ping.stderr
    assert f"arrived through {production.url}" in ping.stdout


def test_who_logs_in_over_tls_gets_cookies_for_tls_alone(production: Production) -> None:
    with production.client() as browser:
        browser.follow_redirects = False
        cookies = browser.get("/login").headers.get_list("set-cookie")
        answer = log_in(browser, ADMIN, PASSWORD)
        assert answer.headers["location"] == "/"
        cookies += answer.headers.get_list("set-cookie")
        assert {cookie.partition("=")[0] for cookie in cookies} == {
            "__Host-csrftoken",
            "__Host-session",
        }
        assert all("secure" in cookie.lower() for cookie in cookies), cookies
        page = browser.get("/")
        assert ADMIN in page.text
        assert page.headers["strict-transport-security"]


def test_a_request_without_tls_is_redirected_to_it(production: Production) -> None:
    answer = httpx.get(f"http://127.0.0.1:{production.plain_port}/jobs?status=failed", timeout=60)
    assert answer.headers["location"] == f"{production.url}/jobs?status=failed"


def test_the_certificate_authority_finds_its_challenge_without_tls(production: Production) -> None:
    folder = production.folder / "www" / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("as certbot writes it")
    address = f"http://127.0.0.1:{production.plain_port}/.well-known/acme-challenge/token"
    assert httpx.get(address, timeout=60).text == "as certbot writes it"


def test_another_name_meets_nothing(production: Production) -> None:
    with production.client() as client:
        answer = client.get("/login", headers={"Host": "evil.example"})
        assert answer.status_code == httpx.codes.MISDIRECTED_REQUEST
    directly = httpx.get(
        f"http://127.0.0.1:{production.web_port}/", headers={"Host": "evil.example"}, timeout=60
    )
    assert directly.status_code == httpx.codes.BAD_REQUEST


def test_browsers_are_offered_http_2_for_their_many_streams(production: Production) -> None:
    with _connection(production, "h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "h2"


def test_static_files_come_from_nginx_and_are_revalidated(production: Production) -> None:
    with production.client() as browser:
        first = browser.get("/static/app.css")
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["x-content-type-options"] == "nosniff"
        assert "x-request-id" not in first.headers, "The web was asked."
        again = browser.get("/static/app.css", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == httpx.codes.NOT_MODIFIED


def test_an_address_may_name_a_thousand_rows(program: httpx.Client) -> None:
    """As the warnings of a large cohort do; the page says it again in a header."""
    rows = {"rows": ",".join(str(100_000 + number) for number in range(1000))}
    missing = httpx.URL("/jobs/none/result", params=rows)
    answer = program.get(missing, headers={"HX-Current-URL": str(missing)})
    assert answer.status_code == httpx.codes.NOT_FOUND


def test_an_upload_of_50_mb_arrives_whole(program: httpx.Client, production: Production) -> None:
    head = SMALL.splitlines(keepends=True)[0]
    table = head + b"GM1(36:1;O2),10.1,1000\n" * (UPLOAD_BYTES // 23)
    with production.held_workers():
        job_id = submit(program, table)
        assert program.post(f"/api/v1/jobs/{job_id}/cancel").is_success
    stored = program.get(f"/api/v1/jobs/{job_id}").json()
    assert stored["upload_sha256"] == sha256(table).hexdigest()


def test_an_upload_that_is_too_large_is_refused_by_sialoscope(
    production: Production, token: str
) -> None:
    head = (
        f"POST /api/v1/jobs HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 300000000\r\n\r\n"
    )
    with _connection(production, "http/1.1") as connection:
        connection.sendall(head.encode() + b"x" * 1000)
        with HTTPResponse(connection) as answer:
            answer.begin()
            assert answer.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE
            assert "200 MB" in json.loads(answer.read())["detail"]


def test_each_event_goes_out_before_the_next_is_made(
    program: httpx.Client, production: Production
) -> None:
    with production.held_workers():
        job_id = submit(program, SMALL)
        with ThreadPoolExecutor() as pool:
            heard: list[ServerSentEvent] = []
            following = pool.submit(_follow, production, dict(program.headers), job_id, heard)
            wait_until(lambda: bool(heard))
            for number in range(EVENTS):
                _publish(production, job_id, number)
                wait_until(lambda: _numbers(heard)[-1:] == [number])  # noqa: B023
            program.post(f"/api/v1/jobs/{job_id}/cancel")
            following.result(timeout=60)


def test_ten_clients_miss_nothing_when_the_web_is_killed_behind_nginx(
    program: httpx.Client, production: Production
) -> None:
    heard: list[list[ServerSentEvent]] = [[] for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        with production.held_workers():
            job_id = submit(program, SMALL)
            headers = dict(program.headers)
            following = [pool.submit(_follow, production, headers, job_id, each) for each in heard]
            for number in range(EVENTS):
                if number == EVENTS // 2:
                    wait_until(lambda: all(_numbers(each) for each in heard))
                    assert killed(production.web_processes())
                _publish(production, job_id, number)
        for one in following:
            one.result(timeout=120)
    for each in heard:
        assert _numbers(each) == list(range(EVENTS))
        assert [event.event for event in each].count(END) == 1
    assert finished(program, job_id)["status"] == "succeeded"


def test_tries_are_counted_by_the_real_client(production: Production) -> None:
    def tried_from(address: str, pretended: str) -> int:
        with production.client(address) as browser:
            browser.headers["X-Forwarded-For"] = pretended
            return log_in(browser, "nobody@lab.example", "a wrong password").status_code

    first = [tried_from("127.0.0.2", f"198.51.100.{number}") for number in range(TRIES + 1)]
    assert first[-1] == httpx.codes.TOO_MANY_REQUESTS
    assert httpx.codes.TOO_MANY_REQUESTS not in first[:-1]
    assert tried_from("127.0.0.3", "127.0.0.2") != httpx.codes.TOO_MANY_REQUESTS


def test_one_address_has_so_many_requests_at_once_and_others_are_served(
    production: Production, token: str
) -> None:
    context = ssl.create_default_context(cafile=str(production.folder / "ca.pem"))
    unfinished = (
        f"POST /api/v1/jobs HTTP/1.1\r\nHost: {NAME}:{production.tls_port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 10000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    with ExitStack() as stack:
        opened = list[ssl.SSLSocket]()

        def is_one_refused() -> bool:
            plain = socket.create_connection(
                ("127.0.0.1", production.tls_port), source_address=("127.0.0.2", 0)
            )
            opened.append(stack.enter_context(context.wrap_socket(plain, server_hostname=NAME)))
            opened[-1].sendall(unfinished.encode())
            opened[-1].settimeout(SOON_S)
            try:
                return opened[-1].recv(1000).startswith(b"HTTP/1.1 429")
            except TimeoutError:  # it waits for the rest of the request
                return False

        wait_until(is_one_refused)
        assert len(opened) > AT_ONCE
        with production.client("127.0.0.3") as other:
            assert other.get("/login").status_code == httpx.codes.OK


def test_redis_evicts_nothing_saves_its_data_and_requires_a_password(
    production: Production,
) -> None:
    url = production.settings["REDIS_URL"]
    with Redis.from_url(url) as redis:
        kept = redis.config_get("maxmemory-policy", "append*", "save", "maxmemory", "bind")
    expected = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec"}
    assert expected.items() <= kept.items()
    assert (kept["save"], kept["bind"]) == ("", "127.0.0.1 -::1")
    assert int(kept["maxmemory"]) > 0
    with Redis(port=production.redis_port) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_logs_are_of_one_kind_and_hold_no_address(
    program: httpx.Client, production: Production
) -> None:
    job_id = submit(program, SMALL)
    finished(program, job_id)
    asked = program.get(f"/api/v1/jobs/{job_id}").headers["x-request-id"]
    log = production.folder / "log"
    wait_until(lambda: asked in (log / "access.log").read_text())
    for name in ("access.log", "error.log"):
        assert "/api/" not in (log / name).read_text()
    of_units = [path for path in log.iterdir() if path.name.startswith("sialoscope-")]
    workers = int(production.settings["SIALOSCOPE_WORKERS"])
    assert len(of_units) == workers + len(("web", "scheduler"))
    for part in of_units:
        for line in part.read_text().splitlines():
            assert json.loads(line)["message"]


@contextmanager
def _connection(production: Production, *protocols: str) -> Iterator[ssl.SSLSocket]:
    context = production.tls()
    context.set_alpn_protocols(protocols)
    with (
        socket.create_connection(("127.0.0.1", production.tls_port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        yield connection


def _publish(production: Production, job_id: str, number: int) -> None:
    async def publish() -> None:
        async with connect(production.settings["REDIS_URL"]) as redis:
            log = Log(level="info", message=f"number {number}")
            await Publisher(redis).publish(job_id, log, owner="somebody")

    asyncio.run(publish())


def _numbers(heard: list[ServerSentEvent]) -> list[int]:
    """Which of the published events were heard, in the order in which they came."""
    received = [data(event)["message"] for event in heard if event.event == "log"]
    return [int(text.removeprefix("number ")) for text in received if text.startswith("number ")]


def _follow(
    production: Production, headers: dict[str, str], job_id: str, heard: list[ServerSentEvent]
) -> None:
    """Hear all of a job to its end, coming back after the last event whenever the stream breaks."""
    with production.client() as client:
        while not heard or heard[-1].event not in (END, "cancelled"):
            last = next((event.id for event in reversed(heard) if event.id), None)
            received = headers | ({"Last-Event-ID": last} if last else {})
            path = f"/api/v1/jobs/{job_id}/events"
            try:
                with connect_sse(client, "GET", path, headers=received) as source:
                    heard.extend(event for event in source.iter_sse() if event.event != "message")
            except (httpx.TransportError, SSEError):
                time.sleep(0.1)
