"""While Redis refuses or hangs, a login gets a plain sentence within seconds."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
import pytest
from redis import Redis
from redis.exceptions import ResponseError

from tests.page_forms import csrf_token
from tests.people import PASSWORD, Person, add_person
from tests.servers import Sialoscope, Valkey, running_sialoscope, wait_until

# Two questions to Redis that each wait for their time, on a machine that does much else.
WITHIN_S = 15

Trouble = Callable[["Installation"], None]


class Installation(NamedTuple):
    """A Sialoscope and the Redis of its own that gets into trouble."""

    server: Sialoscope
    valkey: Valkey
    person: Person

    def redis(self) -> Redis:
        return Redis(port=self.valkey.port)


@contextmanager
def running() -> Iterator[Installation]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="sialoscope-")))
        lines = ("bind 127.0.0.1", "save 3600 1000000", "enable-debug-command yes")
        valkey = Valkey(folder / "redis", lines)
        valkey.folder.mkdir()
        valkey.start()
        stack.callback(valkey.kill)
        settings = {
            "SIALOSCOPE_ACCOUNTS": "true",
            "REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0",
            "SIALOSCOPE_WORKERS": "1",
        }
        server = stack.enter_context(running_sialoscope(settings))
        yield Installation(server, valkey, add_person(server, "ada@lab.example"))


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with running() as each:
        yield each


def cannot_save(installation: Installation) -> None:
    shutil.rmtree(installation.valkey.folder)
    with installation.redis() as redis:
        with suppress(ResponseError):
            redis.bgsave()
        wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "err")


def has_no_memory(installation: Installation) -> None:
    with installation.redis() as redis:
        redis.config_set("maxmemory", 1)


def wants_a_password(installation: Installation) -> None:
    with installation.redis() as redis:
        redis.config_set("requirepass", "of-somebody-else")
        redis.execute_command("CLIENT", "KILL", "TYPE", "normal")


def is_a_replica(installation: Installation) -> None:
    with installation.redis() as redis:
        redis.replicaof("127.0.0.1", 1)


def hangs(installation: Installation) -> None:
    assert installation.valkey.process
    os.kill(installation.valkey.process.pid, signal.SIGSTOP)


def is_gone(installation: Installation) -> None:
    installation.valkey.kill()


def mend(installation: Installation) -> None:
    """Start the server again without its data."""
    valkey = installation.valkey
    assert valkey.process
    os.kill(valkey.process.pid, signal.SIGCONT) if valkey.process.poll() is None else None
    valkey.kill()
    valkey.folder.mkdir(exist_ok=True)
    valkey.start()


# What happens, the message about it, and the requests that get the message.
WRITES = ("POST /login", "POST /forgotten")
ALL = (*WRITES, "POST /logout", "GET /jobs", "GET /account", "GET /api/v1/jobs")
TROUBLES: list[tuple[Trouble, str, tuple[str, ...]]] = [
    (cannot_save, "(Redis) cannot write to its disk", ALL[:3]),
    (is_a_replica, "because it is a replica of another Redis", ALL[:3]),
    (has_no_memory, "because its memory is full", WRITES),  # what is there can end, and be read
    (wants_a_password, "the password in REDIS_URL is missing or wrong", ALL),
    (hangs, "does not answer within some seconds", ALL),
    (is_gone, "Redis cannot be reached", ALL),
]


@pytest.mark.parametrize(
    ("trouble", "sentence", "received"), TROUBLES, ids=[each[0].__name__ for each in TROUBLES]
)
def test_errors_of_login_and_logout_say_what_is_wrong(
    trouble: Trouble, sentence: str, received: tuple[str, ...], installation: Installation
) -> None:
    url, person = installation.server.url, installation.person
    with person.session() as known, httpx.Client(base_url=url, timeout=60) as nobody:
        form = {"_csrf_token": csrf_token(nobody), "name": person.name, "password": PASSWORD}
        logout = {"_csrf_token": csrf_token(known)}
        trouble(installation)
        try:
            answers = {
                **{each: timed(nobody, each, data=form) for each in WRITES},
                **{each: timed(known, each) for each in ALL if each.startswith("GET")},
                "POST /logout": timed(known, "POST /logout", data=logout),
            }
        finally:
            mend(installation)
        refused = {each for each, answer in answers.items() if answer.status_code != 200}
        assert refused == set(received)
        for each in received:
            is_full = trouble is cannot_save  # a full disk has a status of its own
            assert answers[each].status_code == (507 if is_full else 503), each
            assert sentence in answers[each].text
            assert is_full or "retry-after" in answers[each].headers
        assert "GET /api/v1/jobs" not in received or answers["GET /api/v1/jobs"].json()["detail"]
    with httpx.Client(base_url=url, timeout=60) as nobody:
        form["_csrf_token"] = csrf_token(nobody)
        wait_until(lambda: nobody.post("/login", data=form).status_code == 303)


def timed(client: httpx.Client, route: str, data: dict[str, str] | None = None) -> httpx.Response:
    """The answer to a request, which must not keep a person waiting."""
    began = time.monotonic()
    answer = client.request(*route.split(), data=data)
    assert time.monotonic() - began < WITHIN_S, route
    return answer
