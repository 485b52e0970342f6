"""The log: each line says whose it is, and none says what is nobody's business."""

import gzip
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.analysis.rules import RULES
from tests.integration.api import finished, submit
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until

CELL = "Unobtainiumoside"
TABLE = f"Name,RT,Volume,sample\nGM1(36:1;O2),10.1,1000,{CELL}\n{CELL}(1),x,2,{CELL}\n".encode()
PASSWORD = "pass-word-of-nobody"  # noqa: S105 - no secret


class Receiver(BaseHTTPRequestHandler):
    """Takes the spans that are sent by OTLP over HTTP."""

    spans: ClassVar[list[Span]] = []

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
            self.spans.extend(span for scope in resource.scope_spans for span in scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture(scope="module")
def server(receiver: str) -> Iterator[Sialoscope]:
    """Sialoscope with its log, and what else it prints, in files of its data folder."""
    environment = {"SIALOSCOPE_LOG": "json", "OTEL_EXPORTER_OTLP_ENDPOINT": receiver}
    environment["OTEL_BSP_SCHEDULE_DELAY"] = "200"
    with running_sialoscope(environment) as running:
        yield running


@pytest.fixture(scope="module")
def job_id(server: Sialoscope) -> str:
    """A job that was submitted by a request with an id, and has ended."""
    with server.client() as client:
        client.headers["X-Request-ID"] = "request-of-the-test"
        job_id = submit(client, TABLE)
        del client.headers["X-Request-ID"]
        assert finished(client, job_id)["status"] == "succeeded"
    return job_id


def test_a_request_is_followed_from_the_web_to_the_worker(server: Sialoscope, job_id: str) -> None:
    def parts() -> set[str]:
        of_it = [
            line for line in server.log_lines() if line.get("request") == "request-of-the-test"
        ]
        assert all(job_id in line["message"] for line in of_it)
        return {line["part"] for line in of_it}

    wait_until(lambda: parts() == {"web", "worker"})
    ended = lines_where(server, lambda line: "succeeded" in line["message"])
    assert [(line["job"], line["attempt"]) for line in ended] == [(job_id, "1")]
    assert ended[0]["worker"] == ended[0]["process"]


def test_a_user_can_quote_the_id_of_what_failed(server: Sialoscope, client: httpx.Client) -> None:
    answer = client.get("/api/v1/jobs/none")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    (line,) = lines_where(server, lambda line: line.get("request") == answer.json()["request_id"])
    assert line["message"] == "GET /api/v1/jobs/{job_id} was answered with status 404."
    page = client.get("/nowhere", headers={"X-Request-ID": "as-a-proxy-gave-it"})
    assert page.headers["X-Request-ID"] == "as-a-proxy-gave-it"
    assert "as-a-proxy-gave-it" in page.text


def lines_where(
    server: Sialoscope, is_one: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """The lines of the log that are such, once there is one: a line may come after the answer."""
    wait_until(lambda: any(map(is_one, server.log_lines())))
    return [line for line in server.log_lines() if is_one(line)]


@pytest.mark.parametrize("forged", ["short", "x" * 65, 'with "quotes" in it', "comma,comma"])
def test_an_id_that_could_forge_a_line_is_replaced(client: httpx.Client, forged: str) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": forged})
    assert answer.headers["X-Request-ID"].isalnum()


@pytest.mark.usefixtures("job_id")
def test_neither_tokens_nor_cells_are_written(server: Sialoscope, pages: httpx.Client) -> None:
    pages.get("/login", params={"token": PASSWORD})
    pages.post("/login", data={"token": PASSWORD})
    pages.get(f"/jobs?token={PASSWORD}")
    pages.get(f"/reset/{PASSWORD}")
    wait_until(lambda: any("is ready" in line["message"] for line in server.log_lines()))
    written = server.log.read_text() + server.log.with_suffix(".out").read_text()
    for secret in (TOKEN, PASSWORD, CELL):
        assert secret not in written


def test_spans_tell_of_request_attempt_and_rules(job_id: str) -> None:
    def attempt() -> Span | None:
        attempts = [span for span in Receiver.spans if span.name == "attempt"]
        return next((span for span in attempts if attributes(span)["job"] == job_id), None)

    wait_until(lambda: attempt() is not None)
    found = attempt()
    assert found
    request = attributes(found)["request"]

    def requests() -> list[Span]:  # the web sends its own
        every = [span for span in Receiver.spans if span.name == "request"]
        return [span for span in every if attributes(span)["request"] == request]

    wait_until(lambda: bool(requests()))
    (made,) = requests()
    assert attributes(made)["http.route"] == "/api/v1/jobs"
    rules = [span for span in Receiver.spans if span.parent_span_id == found.span_id]
    assert [span.name for span in rules] == ["rule"] * len(RULES)
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for span in rules)


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


def test_metrics_without_a_token_are_for_this_machine_alone(server: Sialoscope) -> None:
    assert httpx.get(f"{server.url}/metrics", timeout=60).is_success
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        answer = httpx.get(f"{server.url}/metrics", headers={header: "127.0.0.1"}, timeout=60)
        assert answer.status_code == httpx.codes.FORBIDDEN
        assert "SIALOSCOPE_METRICS_TOKEN" in answer.text
