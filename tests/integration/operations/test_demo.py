"""The gallery: what ``sialoscope demo`` makes on a server, and that it makes nothing twice."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from app.commands.demo.method import LATER
from app.commands.demo.tables import SAMPLES, cohort_table
from tests.people import Person, add_person
from tests.servers import TOKEN, Part, Sialoscope, free_port, wait_until

STARTED_WITHIN_S = 120


def get(client: httpx.Client, path: str, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(path, params=query).raise_for_status().json()
    return found


def jobs_of(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {job["id"]: job for job in get(client, "/api/v1/jobs", q="tag:gallery")["jobs"]}


def test_the_gallery_is_filled_once_and_each_page_it_names_is_there(
    client: httpx.Client, server: Sialoscope
) -> None:
    said = server.command("demo")
    assert said.returncode == 0, said.stderr
    jobs = jobs_of(client)
    # As from another machine, whose settings say nothing of the server.
    elsewhere = {"SIALOSCOPE_URL": f"{server.url}/", "SIALOSCOPE_PORT": str(free_port())}
    again = server.command("demo", **elsewhere)
    assert again.stdout == said.stdout
    assert jobs_of(client).keys() == jobs.keys()
    assert len(jobs) == 5
    assert {job["status"] for job in jobs.values()} == {"succeeded"}

    versions = sorted(job["version"] for job in jobs.values() if job["version_of"])
    assert versions == [2, 3]
    (second,) = [job for job in jobs.values() if job["version"] == 2]
    assert second["summary"]["moved"]["total"] > 1
    names = [view["name"] for view in get(client, "/api/v1/saved-views")["views"]]
    assert "Gallery" in names
    presets = [each["name"] for each in get(client, "/api/v1/presets")["presets"]]
    assert "Narrow peaks" in presets
    (cohort,) = [job for job in jobs.values() if job["file_name"].startswith("Wild type")]
    samples = get(client, f"/api/v1/jobs/{cohort['id']}/cohort")["samples"]
    assert {each["sample"] for each in samples} >= {
        name for name, role in SAMPLES if role != "blank"
    }

    (library,) = get(client, "/api/v1/libraries")["libraries"]
    assert library["versions"] == 1
    runs = get(client, f"/api/v1/libraries/{library['id']}")["runs"]
    assert [jobs[run["job"]]["file_name"] for run in runs] == [f"{LATER}.csv"]

    client.get("/login", params={"token": TOKEN})
    addresses = re.findall(rf"{server.url}(\S+)", said.stdout)
    assert len(addresses) > 5
    for address in addresses:
        assert client.get(address).status_code == httpx.codes.OK, address


def test_the_versions_are_shared_with_a_colleague(shared_server: Sialoscope) -> None:
    curator = add_person(shared_server, "curator@lab.example")
    colleague = add_person(shared_server, "colleague@lab.example")
    said = demo_of(curator, "--share", colleague.name)
    assert said.returncode == 0, said.stderr
    with colleague.program("read") as program:
        shared = get(program, "/api/v1/shared")["jobs"]
        assert {each["job"]["version"] for each in shared} == {1, 2, 3}


def test_two_colleagues_are_asked_for_a_review_once(shared_server: Sialoscope) -> None:
    owner = add_person(shared_server, "owner@lab.example")
    readers = [add_person(shared_server, f"reader{number}@lab.example") for number in (1, 2)]
    names = [reader.name for reader in readers]
    for _ in range(2):
        said = demo_of(owner, "--reviewers", *names)
        assert said.returncode == 0, said.stderr
    assert "a blinded review" in said.stdout
    for reader in readers:
        with reader.program("read") as program:
            (review,) = get(program, "/api/v1/reviews")["reviews"]
            assert review["rows"] > 3


def test_a_review_needs_a_server_with_accounts(server: Sialoscope) -> None:
    said = server.command("demo", "--reviewers", "ada", "bob")
    assert said.returncode != 0
    assert "accounts" in said.stderr


def demo_of(person: Person, *options: str) -> "subprocess.CompletedProcess[str]":
    """Fill the server as a person with a token of their own."""
    with person.program("read", "submit", "manage") as program:
        token = program.headers["authorization"].removeprefix("Bearer ")
        return person.server.command(
            "demo", "--url", person.server.url, *options, SIALOSCOPE_TOKEN=token
        )


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, server: Sialoscope) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    said = server.command("demo", "--url", url, "--start", SIALOSCOPE_DATA=str(tmp_path))
    assert said.returncode != 0
    assert "leave out --url" in said.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_a_server_of_its_own_and_ends_it(tmp_path: Path, how: signal.Signals) -> None:
    port = str(free_port())
    environment = {**os.environ, "SIALOSCOPE_DATA": str(tmp_path / "data"), "SIALOSCOPE_PORT": port}
    log, output = tmp_path / "log", tmp_path / "output"
    command = [sys.executable, "-m", "app.cli", "demo", "--start"]
    with log.open("wb") as errors, output.open("wb") as answer:
        demo = subprocess.Popen(command, env=environment, stderr=errors, stdout=answer)
    try:
        part = Part(demo, log)
        wait_until(lambda: "/cohort" in output.read_text(), STARTED_WITHIN_S, parts=[part])
        assert httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=60).is_success
    finally:
        demo.send_signal(how)
        demo.wait(timeout=60)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=60)


def test_the_cohort_has_drift_blanks_and_controls() -> None:
    table = cohort_table()
    assert table.equals(cohort_table())
    means = table.group_by("Sample", maintain_order=True).agg(pl.col("RT").mean())
    first, last = (means.filter(Sample=name)["RT"].item() for name in ("QC 1", "QC 2"))
    assert 0.03 < last - first < 0.06
    assert set(table["Sample role"]) == {"blank", "QC", "sample"}
