"""The HTTP API against a running Sialoscope."""

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from app.analysis.example.example_table import example_table
from app.analysis.rules import RULES
from app.analysis.settings import BOUNDS
from app.progress.streams import key_of
from app.settings import broker_socket
from tests.integration.api import SMALL, data, events, finished, published, submit, submit_file
from tests.page_forms import csrf_token
from tests.servers import TOKEN, Sialoscope

REAL_ROWS = 323


def test_a_submission_is_accepted_with_ids_and_a_location(client: httpx.Client) -> None:
    answer = client.post("/api/v1/jobs", files={"file": ("peaks.csv", SMALL)})
    assert answer.status_code == httpx.codes.ACCEPTED
    job = answer.json()
    assert {"job_id", "task_id", "status"} <= set(job)
    assert job["task_id"]
    assert answer.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
    assert client.get(answer.headers["location"]).json()["id"] == job["job_id"]


def test_every_real_row_comes_back_with_a_call_and_a_reason(
    client: httpx.Client, porcine_brain: Path
) -> None:
    job_id = submit_file(client, porcine_brain)
    job = finished(client, job_id)
    assert job["status"] == "succeeded"
    assert sum(job["summary"]["counts"].values()) == REAL_ROWS
    answer = client.get(f"/api/v1/jobs/{job_id}/rows").json()
    assert answer["total"] == REAL_ROWS
    assert [row["row"] for row in answer["rows"]] == list(range(1, REAL_ROWS + 1))
    assert all(row["call"] and row["reason"] for row in answer["rows"])


def test_rows_are_paged_and_filtered(client: httpx.Client) -> None:
    table = example_table().write_csv().encode()
    job_id = submit(client, table)
    counts = finished(client, job_id)["summary"]["counts"]
    rows = f"/api/v1/jobs/{job_id}/rows"
    fragments = client.get(rows, params={"call": "fragment"}).json()
    assert fragments["total"] == counts["fragment"] > 0
    page = client.get(rows, params={"limit": 5, "offset": 10}).json()
    assert [row["row"] for row in page["rows"]] == [11, 12, 13, 14, 15]
    named = client.get(rows, params={"search": "gm1(", "prefix": "GM1"}).json()
    assert named["rows"]
    assert all(row["name"].startswith("GM1(") for row in named["rows"])
    wrong = client.get(rows, params={"call": "maybe"})
    assert wrong.status_code == httpx.codes.BAD_REQUEST
    assert "one of true, fragment" in wrong.json()["detail"]


def test_the_stream_tells_each_step_in_order_up_to_the_end(
    client: httpx.Client, porcine_brain: Path
) -> None:
    received = list(events(client, submit_file(client, porcine_brain)))
    assert received[0].event == "connected"
    assert received[-1].event == "complete"
    steps = [data(event)["current_step"] for event in received if event.event == "progress"]
    assert list(dict.fromkeys(steps)) == ["loading", "preprocessing", "rules", "saving", "complete"]
    shares = [data(event)["percentage"] for event in received if event.event == "progress"]
    assert shares == sorted(shares)
    assert {5, 10, 85, 90, 100} <= set(shares)
    assert any(event.event == "rule" for event in received)


def test_log_lines_say_when_where_and_of_which_rule(client: httpx.Client) -> None:
    job_id = submit(client, SMALL)
    received = [data(event) for event in events(client, job_id) if event.event == "log"]
    of_rules = [line for line in received if line["rule"]]
    assert sorted(line["rule"] for line in of_rules) == sorted(rule.number for rule in RULES)
    for line in of_rules:
        assert line["message"].startswith(f"Rule {line['rule']}, ")
        assert line["logger"].startswith("app.analysis.")
        assert line["level"] == "info"
        assert datetime.fromisoformat(line["timestamp"]).tzinfo


def test_a_client_that_comes_back_gets_what_it_missed_and_then_204(client: httpx.Client) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    received = published(events(client, job_id))
    (_, seen, _), (_, last, _) = received[1], received[-1]
    assert published(events(client, job_id, seen)) == received[2:]
    answer = client.get(f"/api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": last})
    assert answer.status_code == httpx.codes.NO_CONTENT


def test_a_client_that_reconnects_gets_an_end_that_redis_lost(
    server: Sialoscope, client: httpx.Client
) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    *_, before, end = list(events(client, job_id))
    with Redis.from_url(f"unix://{broker_socket(server.data)}") as redis:
        assert redis.xdel(key_of(job_id), end.id) == 1
    received = list(events(client, job_id, before.id))[-1]
    assert (received.event, data(received)["success"]) == ("complete", True)
    answer = client.get(f"/api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": received.id})
    assert answer.status_code == httpx.codes.NO_CONTENT


def test_a_job_that_is_done_cannot_be_started(client: httpx.Client) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    answer = client.post(f"/api/v1/jobs/{job_id}/start")
    assert answer.status_code == httpx.codes.CONFLICT
    assert "done" in answer.json()["detail"]


def test_a_failed_job_can_be_started_again(client: httpx.Client) -> None:
    job_id = submit(client, b"a,b\n1,2\n")
    assert finished(client, job_id)["status"] == "failed"
    assert client.post(f"/api/v1/jobs/{job_id}/start").status_code == httpx.codes.ACCEPTED
    again = finished(client, job_id)
    assert (again["status"], again["attempt"]) == ("failed", 2)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/jobs/unknown"),
        ("GET", "/api/v1/jobs/unknown/rows"),
        ("GET", "/api/v1/jobs/unknown/events"),
        ("POST", "/api/v1/jobs/unknown/start"),
        ("DELETE", "/api/v1/jobs/unknown"),
        ("GET", "/api/v1/nothing"),
    ],
)
def test_what_is_unknown_is_a_404_problem(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == httpx.codes.NOT_FOUND
    assert problem["detail"]


def test_rows_of_a_job_without_result_are_a_conflict(client: httpx.Client) -> None:
    job_id = submit(client, b"a,b\n1,2\n")
    finished(client, job_id)
    answer = client.get(f"/api/v1/jobs/{job_id}/rows")
    assert answer.status_code == httpx.codes.CONFLICT
    assert "failed" in answer.json()["detail"]


def test_a_deleted_job_is_gone_with_its_files(client: httpx.Client, server: Sialoscope) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    assert list(server.data.rglob(f"*{job_id}*"))
    assert client.delete(f"/api/v1/jobs/{job_id}").status_code == httpx.codes.NO_CONTENT
    assert client.get(f"/api/v1/jobs/{job_id}").status_code == httpx.codes.NOT_FOUND
    assert not list(server.data.rglob(f"*{job_id}*"))


def test_without_the_token_the_api_answers_401(server: Sialoscope) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for headers, hint in (({}, "Authorization: Bearer"), (wrong, "This token is not valid")):
        answer = httpx.get(f"{server.url}/api/v1/jobs", headers=headers, timeout=60)
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert answer.headers["www-authenticate"] == "Bearer"
        assert hint in answer.json()["detail"]


def test_a_session_cookie_alone_cannot_change_anything_by_the_api(server: Sialoscope) -> None:
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as browser:
        browser.get("/login", params={"token": "token-of-the-tests"})
        assert browser.get("/api/v1/jobs").is_success
        answer = browser.post("/api/v1/jobs", files={"file": ("peaks.csv", SMALL)})
        assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_page_of_another_site_cannot_listen(client: httpx.Client) -> None:
    job_id = submit(client, SMALL)
    answer = client.get(f"/api/v1/jobs/{job_id}/events", headers={"Origin": "http://evil.test"})
    assert answer.status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/jobs", "/login", "/static/app.css"])
@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "localhost.evil.test", "[evil", ""])
def test_a_foreign_host_name_is_refused_before_the_login(
    client: httpx.Client, server: Sialoscope, path: str, host: str
) -> None:
    stranger = httpx.get(f"{server.url}{path}", headers={"Host": host}, timeout=60)
    known = client.get(path, headers={"Host": host})
    what_is_wrong = "valid server name" if host == "[evil" else "SIALOSCOPE_ALLOWED_HOSTS"
    for answer in (stranger, known):
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert what_is_wrong in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8765"])
def test_loopback_names_are_answered_at_any_port(client: httpx.Client, host: str) -> None:
    assert client.get("/jobs", headers={"Host": host}).is_success


def test_settings_out_of_range_are_reported_by_name(client: httpx.Client) -> None:
    for form, sentence in (
        ({"r2_threshold": "0.2"}, "r2_threshold is 0.2; it must lie between 0.5 and 0.999."),
        ({"outlier_threshold": "9"}, "outlier_threshold is 9"),
        ({"rt_tolerance": "nan"}, "rt_tolerance is nan"),
        ({"data_type": "fish"}, "one of porcine, human"),
        ({"rt_tolerance": "wide"}, "rt_tolerance"),
    ):
        files = {"file": ("peaks.csv", SMALL)}
        answer = client.post("/api/v1/jobs", files=files, data=form)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert sentence in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/jobs"])
def test_a_misspelt_setting_is_refused_rather_than_lost(client: httpx.Client, path: str) -> None:
    client.get("/login", params={"token": TOKEN})
    form = {"rt_tolerence": "0.2", "_csrf_token": csrf_token(client)}
    files = {"file": ("peaks.csv", SMALL)}
    answer = client.post(path, files=files, data=form)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert (
        "There is no field rt_tolerence. Did you mean rt_tolerance? The form takes " in answer.text
    )
    assert "rt_tolerance" in answer.text


def test_a_setting_has_one_name_in_form_and_job(client: httpx.Client) -> None:
    job_id = submit(client, SMALL, rt_tolerance="0.2")
    settings = client.get(f"/api/v1/jobs/{job_id}").json()["settings"]
    notation = {"data_type", "decimal", "rt_unit"}
    assert set(settings) == notation | {bound.name for bound in BOUNDS}
    assert settings["rt_tolerance"] == 0.2
    assert "rt_tolerance_min" not in client.get(f"/jobs/{job_id}").text


def test_the_openapi_description_names_every_route(client: httpx.Client) -> None:
    schema: dict[str, Any] = client.get("/api/docs/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {
        "/api/v1/jobs",
        "/api/v1/jobs/{job_id}",
        "/api/v1/jobs/{job_id}/rows",
        "/api/v1/jobs/{job_id}/events",
        "/api/v1/events",
        "/api/v1/jobs/{job_id}/start",
        "/api/v1/jobs/{job_id}/rerun",
    } <= set(schema["paths"])
    for path in ("/api/v1/events", "/api/v1/jobs/{job_id}/events"):
        stream = schema["paths"][path]["get"]["responses"]["200"]["content"]["text/event-stream"]
        assert "event: connected" in next(iter(stream["examples"].values()))["value"]
    page = client.get("/api/docs").text
    assert "/static/vendor/swagger-ui" in page
    assert "//cdn" not in page
    assert '<a href="/jobs">' in page  # it stands in the frame of all pages
    listed = page.partition('id="operations"')[2]
    for path, item in schema["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in listed
