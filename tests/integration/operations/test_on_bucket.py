"""A whole Sialoscope whose uploads and results lie in a bucket."""

import os
from collections.abc import Iterator

import boto3
import httpx
import pytest

from tests.held_jobs import held_job
from tests.integration.api import SMALL, events, finished, large_table, submit
from tests.page_forms import send
from tests.servers import S3, Sialoscope, running_s3, running_sialoscope


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as server:
        yield server


@pytest.fixture(scope="module")
def server(s3: S3) -> Iterator[Sialoscope]:
    with running_sialoscope(s3.environment) as running:
        yield running


def objects(s3: S3) -> set[str]:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{s3.port}",
        aws_access_key_id="tests",
        aws_secret_access_key="tests",  # noqa: S106 - of a service for tests
    )
    return {each["Key"] for each in client.list_objects_v2(Bucket="tables").get("Contents", [])}


def test_a_job_lives_its_whole_life_in_a_bucket(
    client: httpx.Client, pages: httpx.Client, s3: S3, server: Sialoscope
) -> None:
    job_id = submit(client, SMALL)
    assert finished(client, job_id)["status"] == "succeeded"
    assert f"of/tests/uploads/{job_id}.csv" in objects(s3)
    assert f"of/tests/results/{job_id}/1/rows.parquet" in objects(s3)
    again = client.post(f"/api/v1/jobs/{job_id}/rerun", json={}).json()["job_id"]
    assert finished(client, again)["status"] == "succeeded"
    forget_copies(server)
    assert len(client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"]) == 2
    assert pages.get(f"/jobs/{job_id}/result").is_success
    assert client.get(f"/api/v1/jobs/{again}/check").json()["is_equal"]
    exported = client.get(f"/api/v1/jobs/{job_id}/export", params={"format": "csv"})
    assert len(exported.text.splitlines()) == 3
    client.delete(f"/api/v1/jobs/{job_id}")
    assert not [key for key in objects(s3) if job_id in key]
    assert client.get(f"/api/v1/jobs/{again}/rows").is_success
    client.delete(f"/api/v1/jobs/{again}")
    assert objects(s3) == set()
    assert os.listdir(server.data / "cache" / "uploads") == []  # noqa: PTH208


def forget_copies(server: Sialoscope) -> None:
    """Leave this machine as one that has fetched nothing yet."""
    for path in (server.data / "cache").rglob("*"):
        if path.is_file():
            path.unlink()


def test_a_bucket_that_is_away_is_waited_for_and_reported(
    client: httpx.Client, pages: httpx.Client, server: Sialoscope, s3: S3
) -> None:
    with held_job(server, client, content=large_table(100)) as job_id:
        received = events(client, job_id)
        s3.stop()
    heard = []
    for event in received:
        heard.append(event.data)
        if "Trying again" in event.data:
            break
    assert "The storage cannot be reached. Trying again in 1 s." in heard[-1]
    refused = client.post("/api/v1/jobs", files={"file": ("peaks.csv", SMALL)})
    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.json()["detail"] == "The storage cannot be reached; try again soon."
    assert client.delete(f"/api/v1/jobs/{job_id}").status_code == httpx.codes.SERVICE_UNAVAILABLE
    alone = send(pages, f"/jobs/{job_id}/delete")
    among_others = send(pages, "/jobs/selected/delete", job=[job_id], confirmed="yes")
    assert alone.status_code == among_others.status_code == httpx.codes.SERVICE_UNAVAILABLE
    s3.start()
    assert finished(client, job_id)["status"] == "succeeded"
    results = f"of/tests/results/{job_id}/"
    (rows,) = [key for key in objects(s3) if key.startswith(results) and "rows" in key]
    assert rows != f"{results}1/rows.parquet"
