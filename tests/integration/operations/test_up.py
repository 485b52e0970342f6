"""What ``sialoscope up`` promises: one at a time, everything restarted, nothing lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from app.analysis.example.example_table import example_table
from app.settings import broker_socket
from tests.integration.api import events, finished, large_table, submit
from tests.servers import Sialoscope, free_port, running_sialoscope, wait_until


def kill(server: Sialoscope, part: str) -> None:
    for pid in server.pids(part):
        os.kill(pid, signal.SIGKILL)


def test_killing_the_web_loses_nothing() -> None:
    with running_sialoscope() as server, server.client() as client:
        job_id = submit(client, large_table(copies=300))
        kill(server, "web")
        wait_until(server.is_ready)
        assert finished(client, job_id)["status"] == "succeeded"
        received = [event.event for event in events(client, job_id)]
        assert received[-1] == "complete"


def test_no_connection_is_refused_while_the_web_restarts() -> None:
    with running_sialoscope({"SIALOSCOPE_WEB_WORKERS": "2"}) as server, server.client() as client:
        assert len(server.pids("web")) == 2
        kill(server, "web")
        assert client.get("/api/v1/jobs").is_success
        server.restart("web")


def test_the_flag_counts_the_web_processes_and_they_end_with_their_parent(
    server: Sialoscope,
) -> None:
    port = free_port()
    environment = server.command_environment() | {
        "SIALOSCOPE_PORT": str(port),
        "SIALOSCOPE_WEB_WORKERS": "3",
        "REDIS_URL": f"unix://{broker_socket(server.data)}",
    }
    web = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "web", "--web-workers", "2"], env=environment
    )
    alone = Sialoscope(server.data, port, process=web)
    wait_until(alone.is_ready)
    processes = alone.pids("web")
    assert len(processes) == 2
    web.kill()
    web.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes), 20)


def test_a_stop_and_a_new_start_lose_nothing() -> None:
    with running_sialoscope() as server:
        with server.client() as client:
            job_id = submit(client, large_table(copies=100))
        server.stop()
        server.start()
        with server.client() as client:
            assert finished(client, job_id)["status"] == "succeeded"


def test_a_worker_that_dies_is_started_again() -> None:
    with running_sialoscope() as server, server.client() as client:
        server.wait_for_signs()
        (before,) = server.pids("worker")
        kill(server, "worker")
        wait_until(lambda: server.pids("worker") not in ([], [before]))
        job_id = submit(client, example_table().write_csv().encode())
        assert finished(client, job_id)["status"] == "succeeded"


def test_a_second_start_on_the_same_data_is_refused_with_a_sentence(server: Sialoscope) -> None:
    environment = server.command_environment() | {"SIALOSCOPE_PORT": str(free_port())}
    second = _up(environment)
    assert second.returncode == 1
    assert "Another Sialoscope is running on" in second.stderr


def test_a_taken_port_is_reported(server: Sialoscope, tmp_path: Path) -> None:
    second = _up(server.command_environment() | {"SIALOSCOPE_DATA": str(tmp_path)})
    assert second.returncode == 1
    assert f"Port {server.port} on 127.0.0.1 cannot be used" in second.stderr


def test_a_wrong_setting_is_reported_by_name(server: Sialoscope) -> None:
    second = _up(server.command_environment() | {"SIALOSCOPE_PORT": "many"})
    assert second.returncode == 1
    assert "SIALOSCOPE_PORT must be a whole number" in second.stderr


def test_stopping_leaves_no_process_behind() -> None:
    with running_sialoscope() as server:
        server.wait_for_signs()
        parts = [pid for part in ("web", "worker", "scheduler") for pid in server.pids(part)]
        assert len(parts) == 3
        server.stop()
        assert not [pid for pid in parts if Path(f"/proc/{pid}").exists()]
        server.start()


def test_every_response_keeps_the_page_to_itself(client: httpx.Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def _up(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "app.cli", "up"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
