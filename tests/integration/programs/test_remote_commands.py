"""The commands ``submit`` and ``watch`` against a running server."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from tests.commands import forked_command
from tests.integration.api import SMALL
from tests.servers import TOKEN, Sialoscope, wait_until


@pytest.fixture
def environment(server: Sialoscope) -> dict[str, str]:
    return {"SIALOSCOPE_URL": server.url, "SIALOSCOPE_TOKEN": TOKEN}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "brain.csv"
    example_table().write_csv(path)
    return path


def test_a_table_is_submitted_followed_and_fetched(
    environment: dict[str, str], table: Path, tmp_path: Path
) -> None:
    output = tmp_path / "calls.parquet"
    words = ("submit", str(table), "--rt-tolerance", "0.2", "-o", str(output))
    done = forked_command(*words, environment=environment)
    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(output).height == example_table().height
    lines = done.stderr.splitlines()
    assert lines[0].endswith("brain.csv  Waiting for a worker.") or "%  brain.csv" in lines[0]
    assert any(line.startswith("100 %  brain.csv  ") for line in lines)
    assert lines[-1] == f"The result is in {output}."
    (job_id,) = done.stdout.split()
    watched = forked_command("watch", job_id, environment=environment)
    assert (watched.returncode, watched.stdout) == (0, "")
    assert "100 %  brain.csv  " in watched.stderr
    for printed in (lines, watched.stderr.splitlines()):
        assert len(set(printed)) == len(printed), "a line comes once"


def test_a_job_that_waits_says_why(
    client: httpx.Client, environment: dict[str, str], table: Path, tmp_path: Path
) -> None:
    client.post("/api/v1/queue/pause").raise_for_status()
    said, words = tmp_path / "said", ("submit", str(table))
    try:
        with said.open("wb") as errors:
            submitting = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *words],
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        wait_until(lambda: "local paused the queue" in said.read_text())
    finally:
        client.post("/api/v1/queue/resume").raise_for_status()
        ended = submitting.wait(timeout=60)
    assert ended == 0, said.read_text()


def test_each_file_is_a_job_and_what_did_not_succeed_is_named(
    environment: dict[str, str], table: Path, tmp_path: Path
) -> None:
    broken, empty = tmp_path / "broken.csv", tmp_path / "empty.csv"
    broken.write_bytes(b"a,b\n1,2\n")
    empty.write_bytes(b"")
    files = map(str, (table, broken, empty))
    done = forked_command("submit", *files, "--quiet", environment=environment)
    assert done.returncode == 1
    assert len(done.stdout.split()) == 2
    refused, failed = done.stderr.splitlines()
    assert refused.startswith("sialoscope: empty.csv: ")
    assert failed.startswith("broken.csv failed: ")
    small = tmp_path / "small.csv"
    small.write_bytes(SMALL)
    words = ("submit", str(table), str(small), "--cohort", "Two brains", "--no-wait")
    cohort = forked_command(*words, environment=environment)
    assert cohort.returncode == 0, cohort.stderr
    assert len(cohort.stdout.split()) == 1
    assert cohort.stderr == ""


def test_a_question_of_a_piped_table_is_answered_by_an_option(
    client: httpx.Client, environment: dict[str, str]
) -> None:
    marked = pl.col("Anchor").replace({"T": "sicher", "F": "offen"})
    typed = example_table().with_columns(marked).write_csv()
    words = ("submit", "-", "--no-wait")
    asked = forked_command(*words, environment=environment, typed=typed)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "whether these words mark an anchor: 'offen', 'sicher'" in asked.stderr
    options = ("--anchor-words", "sicher", "--rt-unit", "min", "--sheet", "A", "--sheet", "B")
    done = forked_command(*words, *options, environment=environment, typed=typed)
    assert done.returncode == 0, done.stderr
    job = client.get(f"/api/v1/jobs/{done.stdout.strip()}").json()
    assert job["file_name"] == "peaks.csv"
    assert job["reading"] == {"anchor_words": "sicher", "sheets": ["A", "B"]}
    assert job["settings"]["rt_unit"] == "min"


def test_what_cannot_be_done_is_said_before_anything_is_submitted(
    environment: dict[str, str], table: Path, tmp_path: Path
) -> None:
    wrong = environment | {"SIALOSCOPE_TOKEN": "wrong"}
    without_scheme = environment | {"SIALOSCOPE_URL": "127.0.0.1:1"}
    other_machine = {"SIALOSCOPE_URL": environment["SIALOSCOPE_URL"]}
    attempts = [
        (("submit", str(table), "-o", "calls.doc"), environment, "is not that of a format"),
        (("submit", str(table), str(table), "-o", "a.csv"), environment, "give one file"),
        (("submit", str(table), "-o", "nowhere/a.csv"), environment, "There is no folder nowhere."),
        (("submit", str(tmp_path / "none.csv")), environment, "cannot be read"),
        (("submit", str(table)), wrong, "This token is not valid"),
        (("watch", "f" * 32), without_scheme, "127.0.0.1:1 is not the address of a server."),
        (("watch", "f" * 32), environment, "There is no job"),
        (("watch", "f" * 32), other_machine, "Set SIALOSCOPE_TOKEN"),
    ]
    for words, known, sentence in attempts:
        done = forked_command(*words, environment=known)
        assert done.returncode == 1, words
        assert sentence in done.stderr
        assert done.stdout == ""


def test_the_token_of_the_data_folder_is_only_for_this_machine(
    environment: dict[str, str], server: Sialoscope, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    here = {"SIALOSCOPE_DATA": str(tmp_path), "SIALOSCOPE_PORT": str(server.port)}
    assert "There is no job" in forked_command("watch", "f" * 32, environment=here).stderr
    elsewhere = here | {"SIALOSCOPE_URL": environment["SIALOSCOPE_URL"]}
    assert "SIALOSCOPE_TOKEN" in forked_command("watch", "f" * 32, environment=elsewhere).stderr
