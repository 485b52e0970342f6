"""``sialoscope ping`` shows that events and tasks arrive, or names the part that is to blame."""

import httpx
import pytest

from app.runtime.redis_connection import ANSWER_TIMEOUT_S
from tests.servers import Sialoscope, free_port, held, wait_until


def test_an_event_and_a_task_arrive(server: Sialoscope) -> None:
    ended = server.command("ping")
    assert ended.returncode == 0, ended.stderr
    redis, task, event = (line.split() for line in ended.stdout.splitlines())
    assert (redis[0], task[0], event[0]) == ("Redis", "task", "event")
    assert all(0 < float(each[1]) < 60_000 for each in (redis, task, event))
    assert int(task[-1]) in server.pids("worker")
    assert server.url in event


def test_without_redis_it_is_redis(server: Sialoscope) -> None:
    assert "The broker of REDIS_URL cannot be used" in blamed(
        server, REDIS_URL="redis://127.0.0.1:9"
    )


def test_a_worker_that_does_nothing_is_reported(server: Sialoscope) -> None:
    with held(server.pids("worker")):
        assert "No worker took the test task within 1 s" in blamed(server, "--within", "1")


def test_a_worker_may_take_longer_than_redis_to_answer(server: Sialoscope) -> None:
    long_s = str(ANSWER_TIMEOUT_S + 1)
    with held(server.pids("worker")):
        assert f"No worker took the test task within {long_s} s" in blamed(
            server, "--within", long_s
        )


def test_a_web_that_is_not_there_is_reported(server: Sialoscope) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert f"The web at {url} cannot be reached" in blamed(server, "--url", url)


def test_a_web_that_answers_nobody_is_reported(server: Sialoscope) -> None:
    with held(server.pids("web")):
        assert "opens no stream" in blamed(server)
    wait_until(server.is_ready)


@pytest.mark.parametrize("path", ["/health/seen", "/health/events"])
@pytest.mark.parametrize("ticket", ["", "?ticket=guessed", f"?ticket={'x' * 100}"])
def test_without_a_ticket_there_is_nothing(server: Sialoscope, path: str, ticket: str) -> None:
    answer = httpx.get(f"{server.url}{path}{ticket}", timeout=60)
    assert answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.BAD_REQUEST)
    assert "127.0.0.1" not in answer.text


def blamed(server: Sialoscope, *words: str, **environment: str) -> str:
    """The one sentence with which ping fails."""
    ended = server.command("ping", *words, **environment)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr
