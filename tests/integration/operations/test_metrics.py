"""What operators ask: is it ready, and how is it doing."""

import json
import re
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from app.observability.metrics.tally import TOTALS, Counted
from tests.conftest import ROOT
from tests.integration.api import SMALL, events, finished, submit
from tests.servers import Broker, Sialoscope, running_broker, running_sialoscope, wait_until

TOKEN = "token-for-prometheus"  # noqa: S105 - no secret
DOCUMENTED = ROOT / "docs" / "metrics.md"
DASHBOARD = ROOT / "docs" / "grafana" / "sialoscope.json"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def server(broker: Broker) -> Iterator[Sialoscope]:
    environment = {"SIALOSCOPE_METRICS_TOKEN": TOKEN, "REDIS_URL": broker.url}
    with running_sialoscope(environment | {"SIALOSCOPE_WEB_WORKERS": "2"}) as running:
        yield running


def metrics(server: Sialoscope) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.get(f"{server.url}/metrics", headers=headers, timeout=60)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.text


def value(server: Sialoscope, name: str, **labels: str) -> float:
    """The sum of the samples of a name that have these labels."""
    families = text_string_to_metric_families(metrics(server))
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return sum(each.value for each in samples if labels.items() <= each.labels.items())


def documented() -> dict[str, str]:
    """The names in the table of the documentation, and their kinds."""
    rows = re.findall(r"^\| `(sialoscope_\w+)` \| (\w+) \|", DOCUMENTED.read_text(), re.MULTILINE)
    return dict(rows)


def test_every_metric_is_documented_and_every_documented_one_is_served(server: Sialoscope) -> None:
    wait_until(lambda: value(server, "sialoscope_workers") >= 1)  # its heartbeat may come later
    served = dict(re.findall(r"^# TYPE (\w+) (\w+)$", metrics(server), re.MULTILINE))
    assert served == documented()


def test_the_dashboard_asks_for_documented_metrics_alone() -> None:
    known = documented()
    suffixed = {
        f"{name}_{part}"
        for name in known
        for part in ("bucket", "count", "sum")
        if known[name] == "histogram"
    }
    panels = json.loads(DASHBOARD.read_text())["panels"]
    for query in (target["expr"] for panel in panels for target in panel["targets"]):
        asked = set(re.findall(r"sialoscope_\w+", query))
        assert asked
        assert asked <= known.keys() | suffixed


def test_a_job_is_counted_wherever_it_went(client: httpx.Client, server: Sialoscope) -> None:
    names = (
        "sialoscope_job_run_seconds_count",
        "sialoscope_job_wait_seconds_count",
        "sialoscope_uploaded_bytes_total",
        "sialoscope_events_relayed_total",
    )
    before = {name: value(server, name) for name in names}
    job_id = submit(client, SMALL)
    heard = len(list(events(client, job_id)))
    assert finished(client, job_id)["status"] == "succeeded"
    wait_until(lambda: value(server, names[0], outcome="succeeded") == before[names[0]] + 1)
    wait_until(lambda: value(server, names[1]) == before[names[1]] + 1)
    wait_until(lambda: value(server, names[2]) == before[names[2]] + len(SMALL))
    wait_until(lambda: value(server, names[3]) >= before[names[3]] + heard - 2)
    assert value(server, "sialoscope_jobs", state="succeeded") >= 1
    assert value(server, "sialoscope_workers") == 1
    assert value(server, "sialoscope_up") == 3
    route = "/api/v1/jobs/{job_id}/events"
    wait_until(lambda: value(server, "sialoscope_http_requests_total", route=route) == 1)


def test_every_histogram_of_a_metric_has_the_same_buckets(
    client: httpx.Client, server: Sialoscope, broker: Broker
) -> None:
    """A process sends no count of zero, so buckets below its shortest run come from other steps."""
    finished(client, submit(client, SMALL))
    name = "sialoscope_step_seconds"
    wait_until(lambda: value(server, f"{name}_count") > 0)
    slow = {"le": "+Inf", "step": "rule 99"}
    counted = Counted(name, f"{name}_bucket", tuple(slow.items()))
    with Redis.from_url(broker.url) as redis:
        redis.hincrbyfloat(TOTALS, msgspec.json.encode(counted).decode(), 1)
    limits: dict[str, list[str]] = {}
    for family in text_string_to_metric_families(metrics(server)):
        for sample in family.samples:
            if sample.name == f"{name}_bucket":
                limits.setdefault(sample.labels["step"], []).append(sample.labels["le"])
    assert len(limits["rule 99"]) > 5
    assert all(each == limits["rule 99"] for each in limits.values())


def test_what_a_process_counted_outlives_it(server: Sialoscope) -> None:
    httpx.get(f"{server.url}/nowhere", timeout=60)
    name = "sialoscope_http_requests_total"
    wait_until(lambda: value(server, name, route="-", status="404") >= 1)
    counted = value(server, name)
    server.restart("web")
    wait_until(server.is_ready)
    assert value(server, name) >= counted


def test_an_open_stream_is_seen(client: httpx.Client, server: Sialoscope) -> None:
    with client.stream("GET", "/api/v1/events"):
        wait_until(lambda: value(server, "sialoscope_streams_open") == 1)
    wait_until(lambda: value(server, "sialoscope_streams_open") == 0)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_metrics_want_their_token(server: Sialoscope, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{server.url}/metrics", headers=headers, timeout=60)
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "SIALOSCOPE_METRICS_TOKEN" in answer.text


def test_it_is_ready_under_any_name_and_says_which_part_is_not(
    server: Sialoscope, broker: Broker
) -> None:
    ready = httpx.get(f"{server.url}/health/ready", headers={"Host": "10.1.2.3:8765"}, timeout=60)
    assert ready.status_code == httpx.codes.OK
    assert ready.json() == {
        "status": "ready",
        "parts": {"database": "ready", "redis": "ready", "storage": "ready"},
    }
    broker.kill()
    try:
        answer = httpx.get(f"{server.url}/health/ready", timeout=30)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.json()["parts"]["redis"] == "does not answer as it should"
        assert answer.json()["parts"]["database"] == "ready"
        assert value(server, "sialoscope_up", part="redis") == 0
    finally:
        broker.start()
    wait_until(lambda: httpx.get(f"{server.url}/health/ready", timeout=30).is_success)
