"""What is submitted again: by a rerun with other settings, or with the same idempotency key."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.analysis.example.example_table import example_table
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope


def rerun(client: httpx.Client, job_id: str, **settings: object) -> str:
    answer = client.post(f"/api/v1/jobs/{job_id}/rerun", json=settings)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["job_id"])


def test_a_rerun_is_a_new_job_of_the_same_table_by_other_settings(client: httpx.Client) -> None:
    first = submit(client, example_table().write_csv().encode(), rt_tolerance="0.2")
    second = finished(client, rerun(client, first, outlier_threshold=1.5))
    before = finished(client, first)
    assert second["id"] != first
    assert (second["status"], second["rerun_of"], before["rerun_of"]) == ("succeeded", first, None)
    assert second["settings"] == before["settings"] | {"outlier_threshold": 1.5}
    assert second["upload_sha256"] == before["upload_sha256"]
    assert second["summary"]["counts"] != before["summary"]["counts"]


def test_jobs_that_share_a_table_are_deleted_each_on_its_own(
    client: httpx.Client, server: Sialoscope
) -> None:
    first = submit(client, SMALL)
    second = rerun(client, first)
    finished(client, first)
    assert client.delete(f"/api/v1/jobs/{first}").is_success
    third = rerun(client, second)
    for each in (second, third):  # in either order
        assert finished(client, each)["status"] == "succeeded"
    client.delete(f"/api/v1/jobs/{second}")
    client.delete(f"/api/v1/jobs/{third}")
    assert not [path for job in (first, second, third) for path in server.data.rglob(f"*{job}*")]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rt_tolerance": 9}, "rt_tolerance is 9; it must lie between"),
        ({"rt_tolerance": 0}, "rt_tolerance is 0; it must lie between"),
        ({"data_type": "fish"}, "one of porcine, human"),
        ({"rt_tolerence": 0.2}, "rt_tolerence"),
        ({"rt_tolerance": "wide"}, "rt_tolerance"),
    ],
)
def test_settings_that_cannot_be_used_are_reported(
    client: httpx.Client, settings: dict[str, object], sentence: str
) -> None:
    answer = client.post(f"/api/v1/jobs/{submit(client, SMALL)}/rerun", json=settings)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.json()["detail"]


def test_a_rerun_of_no_job_is_a_404(client: httpx.Client) -> None:
    answer = client.post("/api/v1/jobs/unknown/rerun", json={})
    assert answer.status_code == httpx.codes.NOT_FOUND


def send(client: httpx.Client, key: str, content: bytes = SMALL, **form: str) -> httpx.Response:
    files = {"file": ("peaks.csv", content)}
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/jobs", files=files, data=form, headers=headers)


def test_submissions_sent_twice_with_their_key_are_one_job(
    client: httpx.Client, server: Sialoscope
) -> None:
    folder = server.data / "storage" / "uploads"
    before = set(folder.iterdir()) if folder.exists() else set()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(client, "at-once"), range(8)))
    assert {answer.status_code for answer in answers} == {httpx.codes.ACCEPTED}
    (job_id,) = {answer.json()["job_id"] for answer in answers}
    later = send(client, "later").json()["job_id"]
    assert later != job_id
    assert {path.stem for path in set(folder.iterdir()) - before} == {job_id, later}


def test_a_key_that_comes_again_with_something_else_is_refused(client: httpx.Client) -> None:
    first = send(client, "mine").json()["job_id"]
    for answer in (
        send(client, "mine", SMALL + b"GM2(36:1;O2),10.9,5\n"),
        send(client, "mine", rt_tolerance="0.2"),
        client.post(f"/api/v1/jobs/{first}/rerun", json={}, headers={"Idempotency-Key": "mine"}),
    ):
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "Send a new key" in answer.json()["detail"]
    assert send(client, "mine").json()["job_id"] == first
