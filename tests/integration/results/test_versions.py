"""The record of a run, running it again exactly, overriding it, and comparing what came of it."""

import importlib.metadata
import re
from typing import Any

import httpx
import polars as pl
import pytest
from msgspec import convert

from app.analysis.example.example_table import example_table
from app.web.features.versions.compare import Comparison, summary_in_words
from app.web.features.versions.pages import MOST_LINES
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send, token_in
from tests.servers import TOKEN, Sialoscope

EXAMPLE = example_table().write_csv().encode()


@pytest.fixture(scope="module")
def first(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, EXAMPLE, "brain.csv", rt_tolerance="0.2")
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def rows_of(client: httpx.Client, job: str, **query: str) -> list[dict[str, Any]]:
    query["limit"] = "10000"
    rows: list[dict[str, Any]] = client.get(f"/api/v1/jobs/{job}/rows", params=query).json()["rows"]
    return rows


def refit(
    client: httpx.Client, job: str, *overrides: dict[str, Any], key: str = ""
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/jobs/{job}/refit", json={"overrides": overrides}, headers=headers)


def version(client: httpx.Client, job: str, *overrides: dict[str, Any]) -> dict[str, Any]:
    answer = refit(client, job, *overrides)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    made = finished(client, answer.json()["job_id"])
    assert made["status"] == "succeeded"
    return made


def get(client: httpx.Client, address: str, **query: str) -> Any:  # noqa: ANN401 - any JSON
    answer = client.get(address, params=query)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_record_tells_what_went_in_by_what_and_what_came_out(
    client: httpx.Client, first: str
) -> None:
    record, job = get(client, f"/api/v1/jobs/{first}/record"), finished(client, first)
    assert record["input"] == {
        "file_name": "brain.csv",
        "bytes": len(EXAMPLE),
        "sha256": job["upload_sha256"],
    }
    assert record["settings"]["rt_tolerance_min"] == 0.2
    assert record["software"]["polars"] == importlib.metadata.version("polars")
    assert {"sialoscope", "python", "numpy"} <= set(record["software"])
    assert (record["seed"], record["attempt"], record["who"]) == (None, 1, "local")
    assert "no random numbers" in record["deterministic"]
    times = [record[name] for name in ("submitted_at", "started_at", "finished_at")]
    assert times == sorted(times)
    assert record["result"]["rows"] == example_table().height
    assert not re.search(
        r"/(tmp|home|work|root)\b", client.get(f"/api/v1/jobs/{first}/record").text
    )


def test_a_run_that_is_repeated_exactly_gives_equal_rows(client: httpx.Client, first: str) -> None:
    answer = client.post(f"/api/v1/jobs/{first}/rerun", json={})
    again = finished(client, answer.json()["job_id"])["id"]
    received = get(client, f"/api/v1/jobs/{again}/check")
    assert received == {
        "sha256": get(client, f"/api/v1/jobs/{first}/record")["result"]["sha256"],
        "is_intact": True,
        "other": first,
        "is_equal": True,
        "same_request": True,
    }
    found = get(client, f"/api/v1/jobs/{first}/compare/{again}")
    assert (found["total"], found["changes"], found["models"]) == (0, [], [])


def test_a_result_that_was_altered_on_disk_is_reported(
    client: httpx.Client, server: Sialoscope
) -> None:
    job = submit(client, SMALL)
    finished(client, job)
    (path,) = (server.data / "storage" / "results" / job).rglob("rows.parquet")
    pl.read_parquet(path).with_columns(call=pl.lit("invalid")).write_parquet(path)
    assert get(client, f"/api/v1/jobs/{job}/check")["is_intact"] is False


def test_one_decision_overrides_many_rows_beside_the_earlier_ones(client: httpx.Client) -> None:
    client.get("/login", params={"token": TOKEN})
    first = submit(client, EXAMPLE)
    finished(client, first)
    outliers = [row["row"] for row in rows_of(client, first, call="outlier")]
    early, *late = outliers[:4]
    earlier = {"row": early, "anchor": True, "reason": "a standard"}
    ranges = f"row:{early}:{late[-1]}"
    asked = {"filter": {"call": "outlier", "ranges": ranges}, "call": "true", "reason": "MS/MS"}
    body = {"overrides": [earlier], "selection": asked}
    made = client.post(f"/api/v1/jobs/{first}/refit", json=body)
    assert made.status_code == httpx.codes.ACCEPTED, made.text
    second = finished(client, made.json()["id"])
    assert [(each["row"], each["call"], each["anchor"]) for each in second["overrides"]] == [
        (early, "true", True),
        *((row, "true", None) for row in late),
    ]
    assert second["overrides"][0]["reason"] == "MS/MS; before: a standard"
    path = f"/jobs/{first}/overrides/selection"
    page = client.get(path, params={"tick": late})
    assert f"override {len(late)} rows" in page.text
    for query, sentence in (({}, "Choose rows first"), ({"search": "no such"}, "No row matches")):
        assert sentence in client.get(path, params=query).text
    wrong = asked | {"filter": {"colour": "red"}}
    refused = client.post(f"/api/v1/jobs/{first}/refit", json={"overrides": [], "selection": wrong})
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "The filter has no field colour" in refused.json()["detail"]


def test_a_call_by_hand_makes_the_next_version(client: httpx.Client, first: str) -> None:
    outlier, fragment = (rows_of(client, first, call=call)[0] for call in ("outlier", "fragment"))
    second = version(
        client, first, {"row": outlier["row"], "call": "true", "reason": "MS/MS shows it"}
    )
    assert (second["version"], second["version_of"], second["rerun_of"]) == (2, first, first)
    assert second["settings"] == finished(client, first)["settings"]
    (changed,) = [row for row in rows_of(client, second["id"]) if row["rule"] == 0]
    assert (changed["row"], changed["call"], changed["reason"]) == (
        outlier["row"],
        "true",
        "MS/MS shows it",
    )
    third = version(
        client, second["id"], {"row": fragment["row"], "call": "invalid", "reason": "carry-over"}
    )
    assert (third["version"], third["version_of"], third["rerun_of"]) == (3, first, second["id"])
    versions = get(client, f"/api/v1/jobs/{first}/versions")["versions"]
    assert [each["id"] for each in versions][:3] == [first, second["id"], third["id"]]
    found = get(client, f"/api/v1/jobs/{second['id']}/compare/{third['id']}")
    assert {(row["row"], row["call_before"], row["call_after"]) for row in found["rows"]} == {
        (outlier["row"], "true", "outlier"),
        (fragment["row"], "fragment", "invalid"),
    }
    assert {row["reason_after"] for row in found["rows"]} == {"carry-over", outlier["reason"]}
    assert found["total"] == 2
    assert found["summary"].startswith(f"2 of {found['compared']} rows changed call: 1 from ")
    assert [each["name"] for each in found["settings"]] == [
        f"override of row {row}" for row in sorted((outlier["row"], fragment["row"]), key=str)
    ]
    assert sum(change["rows"] for change in found["changes"]) == 2
    assert found["models"] == []


def test_versions_of_one_table_are_distinguished(client: httpx.Client, first: str) -> None:
    client.get("/login", params={"token": TOKEN})
    made = version(client, first, {"row": 4, "call": "invalid", "reason": "carry-over"})
    (job, received) = (made["id"], f"version {made['version']}</span>")
    for page in ("result", "rows/4", "overrides", "record"):
        assert received in client.get(f"/jobs/{job}/{page}").text, page
        assert "version 1</span>" not in client.get(f"/jobs/{first}/{page}").text, page
    listed = client.get("/jobs").text
    assert received in listed[listed.index(f'id="job-{job}"') :].partition("</tr>")[0]
    question = send(client, "/jobs/selected/delete", job=[first, job]).text
    assert len(re.findall(r"<li>brain\.csv.*?submitted <time", question)) == 2
    assert received in question
    compared = client.get(f"/jobs/{first}/compare/{job}").text
    assert re.search(
        rf"Before: .*>version 1 of .*After: .*>version {made['version']} of ", compared
    )


def test_an_anchor_by_hand_changes_the_models(client: httpx.Client, first: str) -> None:
    anchors = [row["row"] for row in rows_of(client, first) if row["anchor"]]
    made = version(
        client,
        first,
        *({"row": row, "anchor": False, "reason": "co-elutes"} for row in anchors[:5]),
    )
    now = [row["row"] for row in rows_of(client, made["id"]) if row["anchor"]]
    assert now == anchors[5:]
    found = get(client, f"/api/v1/jobs/{first}/compare/{made['id']}")
    assert found["models"]
    for model in found["models"]:
        assert model["before"] != model["after"]
    record = get(client, f"/api/v1/jobs/{made['id']}/record")
    assert [each["row"] for each in record["overrides"]] == anchors[:5]


def test_a_version_that_is_run_again_keeps_its_overrides(client: httpx.Client, first: str) -> None:
    row = rows_of(client, first, call="outlier")[0]["row"]
    made = version(client, first, {"row": row, "call": "true", "reason": "seen"})
    again = client.post(f"/api/v1/jobs/{made['id']}/rerun", json={}).json()["job_id"]
    job = finished(client, again)
    assert (job["overrides"], job["version_of"]) == (made["overrides"], None)
    assert get(client, f"/api/v1/jobs/{again}/check")["is_equal"] is True


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ([], "Override at least one row"),
        ([{"row": 1, "call": "true", "reason": " "}], "Say why row 1"),
        ([{"row": 1, "reason": "x"}], "Choose another call or anchor for row 1"),
        ([{"row": 1, "call": "maybe", "reason": "x"}], "There is no call maybe"),
        ([{"row": 10**6, "call": "true", "reason": "x"}], "There is no row 1000000"),
        ([{"row": 1, "call": "true", "reason": "x"}] * 2, "Row 1 is overridden twice"),
        ([{"row": "one", "call": "true", "reason": "x"}], "row"),
        ([{"row": 1, "call": "true"}], "reason"),
    ],
)
def test_overrides_that_cannot_be_applied_are_reported_and_make_no_job(
    client: httpx.Client, first: str, overrides: list[dict[str, Any]], sentence: str
) -> None:
    before = get(client, "/api/v1/jobs")["total"]
    answer = refit(client, first, *overrides)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.json()["detail"]
    assert get(client, "/api/v1/jobs")["total"] == before


def test_a_refit_that_is_sent_twice_with_its_key_is_one_job(
    client: httpx.Client, first: str
) -> None:
    override = {"row": 1, "anchor": True, "reason": "standard"}
    one, other = (refit(client, first, override, key="once").json()["job_id"] for _ in range(2))
    assert one == other
    refused = refit(client, first, override | {"anchor": False}, key="once")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY


def test_runs_of_different_tables_are_compared_by_species(client: httpx.Client, first: str) -> None:
    other = submit(client, SMALL)
    finished(client, other)
    found = get(client, f"/api/v1/jobs/{first}/compare/{other}")
    assert (found["compared_by"], found["rows"]) == ("species", [])
    before = {row["species"] for row in rows_of(client, first)} - {None}
    after = {row["species"] for row in rows_of(client, other)} - {None}
    assert found["compared"] == len(before | after)
    received = {each["species"]: each for each in found["species"]}
    assert {name for name, each in received.items() if not each["call_after"]} == before - after
    assert found["summary"].startswith(f"{found['total']} of {found['compared']} species differ")
    page = client.get(f"/jobs/{first}/compare/{other}").text
    assert summary_in_words(convert(found, Comparison)) in page
    assert " (confirmed)" in page
    assert "not in the table" in page


def test_the_page_of_the_record_says_what_each_override_decided(
    client: httpx.Client, first: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    by_hand = {"row": 4, "call": "invalid", "reason": "carry-over"}
    no_anchor = {"row": 5, "anchor": False, "reason": "co-elutes"}
    both = {"row": 6, "call": "true", "anchor": True, "reason": "standard"}
    made = version(client, first, by_hand, no_anchor, both)
    labels = {"tags": ["brain", "pilot"]}
    client.put(f"/api/v1/jobs/{made['id']}/labels", json=labels).raise_for_status()
    trail = client.get(f"/jobs/{made['id']}/record").text.partition('id="audit"')[2]
    assert re.findall(r"<div>(Row .*?)</div>", trail) == [
        "Row 4: excluded, because: carry-over",
        "Row 5: no anchor, because: co-elutes",
        "Row 6: confirmed, an anchor, because: standard",
    ]
    assert "<div>tags: brain, pilot</div>" in trail


def test_the_trail_of_a_job_is_there_after_the_job(client: httpx.Client) -> None:
    job = submit(client, EXAMPLE)
    finished(client, job)
    made = version(client, job, {"row": 1, "anchor": True, "reason": "standard"})
    client.delete(f"/api/v1/jobs/{job}")
    entries = get(client, f"/api/v1/jobs/{job}/audit")["entries"]
    assert [entry["what"] for entry in entries] == [
        *("submitted", "started", "succeeded", "override", "deleted"),
    ]
    assert [entry["who"] for entry in entries] == ["local", "service", "service", "local", "local"]
    assert entries[3]["detail"]["as"] == made["id"]
    assert entries[3]["detail"]["overrides"][0]["reason"] == "standard"
    assert client.get("/api/v1/jobs/none/audit").status_code == httpx.codes.NOT_FOUND


def test_the_form_keeps_what_was_typed_and_refits_without_javascript(
    client: httpx.Client, first: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{first}/overrides", params={"row": "3"})
    csrf = token_in(page.text)

    def submit_form(do: str, reason: str) -> httpx.Response:
        lines = {"row": ["3", ""], "call": ["true", ""], "anchor": ["", ""], "reason": [reason, ""]}
        form = {"_csrf_token": csrf, "do": do, **lines}
        return client.post(f"/jobs/{first}/overrides", data=form)

    more = submit_form("more", "because")
    assert more.is_success
    assert 'value="because"' in more.text
    refused = submit_form("refit", "")
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "Say why row 3 is overridden" in refused.text
    taken = submit_form("refit", "because")
    assert taken.status_code == httpx.codes.SEE_OTHER
    made = finished(client, re.findall(r"/jobs/(\w+)", taken.headers["location"])[0])
    assert made["overrides"] == [{"row": 3, "reason": "because", "call": "true", "anchor": None}]


@pytest.mark.parametrize("do", ["more", "refit"])
@pytest.mark.parametrize("row", ["9" * 41, "9" * 5000, "one"], ids=["41", "5000", "word"])
def test_an_invalid_row_number_is_reported_beside_the_form(
    client: httpx.Client, first: str, row: str, do: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    line = {"row": [row, ""], "call": ["true", ""], "anchor": ["", ""], "reason": ["seen", ""]}
    received = send(client, f"/jobs/{first}/overrides", do=do, **line)
    assert received.status_code == httpx.codes.BAD_REQUEST
    assert "is no row; type the number of one." in received.text
    assert f'value="{row}"' in received.text


def test_more_overrides_than_a_page_shows_are_counted_without_being_drawn(
    pages: httpx.Client, first: str
) -> None:
    """To draw 12,000 lines held up everybody for more than a second."""
    rows = [str(row) for row in range(1, MOST_LINES + 2)]
    line = {"row": rows, "call": ["true"] * len(rows), "anchor": [""] * len(rows)}
    for do in ("more", "refit"):
        received = send(pages, f"/jobs/{first}/overrides", do=do, **line, reason=[""] * len(rows))
        assert received.status_code == httpx.codes.BAD_REQUEST
        assert len(received.text) < 20_000
    assert (
        "at most 1,000"
        in send(pages, f"/jobs/{first}/overrides", do="more", **line, reason=["x"] * len(rows)).text
    )


def test_why_of_an_overridden_row_says_who_when_and_what_the_rules_had_said(
    client: httpx.Client, first: str
) -> None:
    ruled = {row["row"]: row for row in rows_of(client, first)}
    decided = {"row": 2, "call": "invalid", "reason": "carry-over"}
    anchor = {"row": 5, "anchor": not ruled[5]["anchor"], "reason": "a standard"}
    one = version(client, first, decided)
    both = version(client, one["id"], decided, anchor)
    hand = get(client, f"/api/v1/jobs/{both['id']}/rows/2")["by_hand"]
    begun = get(client, f"/api/v1/jobs/{one['id']}/audit")["entries"][0]
    assert (hand["who"], hand["at"]) == (begun["who"], begun["at"])
    assert (hand["call"], hand["reason"]) == ("invalid", "carry-over")
    alone = get(client, f"/api/v1/jobs/{one['id']}/rows/2")["by_hand"]
    for received in ("call", "rule", "reason", "anchor"):
        assert alone["as_ruled"][received] == ruled[2][received]
    fifth = get(client, f"/api/v1/jobs/{both['id']}/rows/5")["by_hand"]
    begun = get(client, f"/api/v1/jobs/{both['id']}/audit")["entries"][0]
    assert fifth["at"] == begun["at"]
    assert fifth["as_ruled"]["anchor"] is ruled[5]["anchor"]
    assert get(client, f"/api/v1/jobs/{both['id']}/rows/3")["by_hand"] is None
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{one['id']}/rows/2").text
    assert "Overridden by hand</b> by local on" in page
    assert f'The rules alone had said <span class="call {ruled[2]["call"]}">' in page


def test_a_result_from_before_says_that_it_did_not_keep_what_the_rules_had_said(
    client: httpx.Client, server: Sialoscope, first: str
) -> None:
    made = version(client, first, {"row": 2, "call": "invalid", "reason": "carry-over"})
    (kept,) = server.data.glob(f"**/results/{made['id']}/*/ruled.parquet")
    kept.unlink()
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{made['id']}/rows/2").text
    assert "This run did not store what the rules alone had said" in page
