"""Web and workers on hosts of their own, whose cables are pulled; root's own namespaces are hosts.

A folder that all see stands for the bucket or the network file system of a real installation.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx
import pytest
from httpx_sse import ServerSentEvent

from tests.integration.api import SMALL, events, finished, published, submit, submit_slow
from tests.network import NETWORK, Host, apart, hosts
from tests.servers import (
    TOKEN,
    Part,
    Valkey,
    children,
    postgresql_binaries,
    running_postgresql,
    wait_until,
)

HOSTS = ("database", "redis", "web-a", "web-b", "worker-a", "worker-b", "user")
PORT = 8765
READY = "ready"
PASSWORD = "a password of the tests"  # noqa: S105 - no secret
SLOW_S = 240  # a connection that was cut tries again ever more seldom (RFC 6298, 5.5)
ANSWERED_WITHIN_S = 45  # of which the connection that vanished takes 20
# Lets who ends a job with a result wait for whoever has the lock.
ENDS_WAIT = """
    CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';
    CREATE TRIGGER ends_wait BEFORE UPDATE ON job FOR EACH ROW
        WHEN (NEW.state = 'succeeded') EXECUTE FUNCTION wait_for_lock()
"""
ENDS_WAIT_NO_MORE = "DROP TRIGGER ends_wait ON job; DROP FUNCTION wait_for_lock"
WHO_WAIT = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@dataclass
class Installation:
    """Every part on its host; what a part logs lies in the folder under its host's name."""

    hosts: dict[str, Host]
    folder: Path
    environment: dict[str, str]
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def run(self, host: str, part: str) -> None:
        own = {"SIALOSCOPE_DATA": str(self.folder / host), "SIALOSCOPE_HOST": self.at(host)}
        with self.hosts[host].inside(), self.log(host).open("ab") as log:
            self.running[f"{part} on {host}"] = subprocess.Popen(
                [sys.executable, "-m", "app.cli", part],
                env=os.environ | self.environment | own,
                stderr=log,
            )

    @contextmanager
    def held_analyses(self, host: str) -> Iterator[Callable[[], None]]:
        """Hold what a worker analyzes still until it is let go by what this gives."""
        analyses = children(self.running[f"worker on {host}"].pid)
        assert analyses

        def send(number: signal.Signals) -> None:
            for pid in analyses:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

        send(signal.SIGSTOP)
        try:
            yield lambda: send(signal.SIGCONT)
        finally:
            send(signal.SIGCONT)

    @contextmanager
    def held_ends(self) -> Iterator[Callable[[], None]]:
        """Let the database hold the ends of jobs back until they are let go by what this gives."""
        self.sql(ENDS_WAIT)
        with self.hosts["database"].inside():
            holder = subprocess.Popen(self._psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert holder.stdin
        assert holder.stdout
        holder.stdin.write(b"SELECT pg_advisory_lock(1), 'held';\n")
        holder.stdin.flush()
        assert b"held" in holder.stdout.readline()

        def let_go() -> None:
            holder.communicate()

        try:
            yield let_go
        finally:
            let_go()
            self.sql(ENDS_WAIT_NO_MORE)

    def sql(self, statement: str) -> str:
        """What the database answers on its own host."""
        with self.hosts["database"].inside():
            return subprocess.check_output([*self._psql(), "-c", statement], text=True).strip()

    def _psql(self) -> list[str]:
        program = str(postgresql_binaries() / "psql")
        return [program, self.environment["DATABASE_URL"], "--no-psqlrc", "--quiet", "-At"]

    def at(self, host: str) -> str:
        return self.hosts[host].address

    def log(self, host: str) -> Path:
        return self.folder / f"{host}.log"

    def parts(self) -> list[Part]:
        """What a wait needs to be running."""
        services = [it for it in self.running.items() if not it[0].startswith("migrate")]
        return [Part(process, self.log(name.rpartition(" ")[2])) for name, process in services]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait as long as a cut connection may take, while all services run."""
        wait_until(condition, SLOW_S, parts=self.parts())

    def has_said(self, host: str, what: str) -> bool:
        return what in self.log(host).read_text()

    @contextmanager
    def user_of(self, host: str) -> Iterator[httpx.Client]:
        """A program on the user's host that asks one of the webs."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://{self.at(host)}:{PORT}"
        with (
            self.hosts["user"].inside(),
            httpx.Client(base_url=url, headers=headers, timeout=60) as client,
        ):
            yield client

    def readiness(self, host: str) -> dict[str, str]:
        """How each part is, as one web sees it; nothing while there is no answer."""
        with self.user_of(host) as client:
            try:
                parts: dict[str, str] = client.get("/health/ready").json()["parts"]
            except httpx.TransportError:
                return {}
        return parts

    def is_ready(self, host: str) -> bool:
        return set(self.readiness(host).values()) == {READY}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if os.getuid() != 0:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("Network namespaces are root's.")
    folder = tmp_path_factory.mktemp("machines")
    with ExitStack() as stack:
        found = stack.enter_context(hosts(*HOSTS))
        with found["database"].inside():
            server = stack.enter_context(running_postgresql(network=NETWORK))
        database = server.url.replace("127.0.0.1", found["database"].address)
        redis = stack.enter_context(_redis(found["redis"], folder))
        environment = {"DATABASE_URL": database, "REDIS_URL": redis, "SIALOSCOPE_LOG": "json"}
        environment |= {"STORAGE_URL": f"file://{folder}/shared", "SIALOSCOPE_TOKEN": TOKEN}
        environment |= {"SIALOSCOPE_PORT": str(PORT), "SIALOSCOPE_TASKS_PER_WORKER": "1"}
        all_of_it = Installation(found, folder, environment)
        stack.callback(_end, all_of_it)
        all_of_it.run("web-a", "migrate")
        assert all_of_it.running["migrate on web-a"].wait() == 0
        for host, part in (("web-a", "web"), ("web-b", "web"), ("web-a", "scheduler")):
            all_of_it.run(host, part)
        for host in ("worker-a", "worker-b"):
            all_of_it.run(host, "worker")
        webs = ("web-a", "web-b")
        all_of_it.wait_until(lambda: all(map(all_of_it.is_ready, webs)))
        yield all_of_it


def _end(installation: Installation) -> None:
    for process in installation.running.values():
        process.terminate()
    for process in installation.running.values():
        process.wait(timeout=60)


@contextmanager
def _redis(host: Host, folder: Path) -> Iterator[str]:
    lines = (f"bind 127.0.0.1 {host.address}", f'requirepass "{PASSWORD}"', "appendonly yes")
    server = Valkey(folder, lines, port=6379)
    with host.inside():
        server.start()
    try:
        yield f"redis://:{PASSWORD.replace(' ', '%20')}@{host.address}:6379/0"
    finally:
        server.kill()


def test_a_host_that_is_cut_off_loses_no_job_and_spoils_none(installation: Installation) -> None:
    with installation.user_of("web-a") as client:
        job_id = submit_slow(client)
        begun = f"Job {job_id} runs."
        late, other = "worker-a", "worker-b"
        if installation.has_said(other, begun):
            late, other = other, late
        with installation.held_analyses(late) as let_go, installation.hosts[late].unplugged():
            installation.wait_until(lambda: installation.has_said(other, begun))
            job = finished(client, job_id)
            let_go()
        assert job["status"] == "succeeded"
        installation.wait_until(lambda: installation.has_said(late, f"{job_id} is no longer held"))
        assert client.get(f"/api/v1/jobs/{job_id}").json() == job
        assert client.get(f"/api/v1/jobs/{job_id}/rows").is_success
        assert [event.event for event in events(client, job_id)].count("complete") == 1
        results = installation.folder / "shared" / "results" / job_id
        installation.wait_until(lambda: [each.name for each in results.iterdir()] == ["2"])
        assert finished(client, submit(client, SMALL))["status"] == "succeeded"


def test_who_loses_one_web_goes_on_at_the_other(installation: Installation) -> None:
    with installation.user_of("web-a") as client:
        job_id = submit_slow(client)
        received = events(client, job_id)
        heard = list(islice(received, 3))
        received.close()
    with installation.hosts["web-a"].unplugged(), installation.user_of("web-b") as client:
        heard += events(client, job_id, heard[-1].id)
        assert published(heard) == published(events(client, job_id))
        assert finished(client, job_id)["status"] == "succeeded"


def test_a_web_that_redis_was_lost_to_heals(installation: Installation) -> None:
    installation.wait_until(lambda: installation.is_ready("web-a"))
    with installation.user_of("web-a") as client, ThreadPoolExecutor(1) as pool:
        job_id = submit_slow(client)
        heard: list[ServerSentEvent] = []
        following = pool.submit(_hear, installation, job_id, heard)
        wait_until(lambda: bool(heard))
        with apart(installation.hosts["web-b"], installation.hosts["redis"]):
            wait_until(lambda: installation.readiness("web-b").get("redis", READY) != READY)
            assert finished(client, job_id)["status"] == "succeeded"
            assert not following.done()
        following.result(timeout=SLOW_S)
        assert published(heard) == published(events(client, job_id))
    installation.wait_until(lambda: installation.is_ready("web-b"))


def test_a_database_whose_host_vanishes_is_reported_and_loses_nothing(
    installation: Installation,
) -> None:
    with installation.user_of("web-a") as client:
        client.get("/login", params={"token": TOKEN})
        under_way = submit_slow(client)
        one, other = "worker-a", "worker-b"
        if installation.has_said(other, f"Job {under_way} runs."):
            one, other = other, one
        with installation.held_analyses(one), installation.held_ends() as let_end:
            ending = submit(client, SMALL)
            wait_until(lambda: installation.sql(WHO_WAIT) == "1")
            with installation.hosts["database"].unplugged():
                let_end()  # which its worker is not told of any more
                _is_sent_away(client)
                installation.wait_until(lambda: _is_given_up(installation, one, under_way))
                installation.wait_until(lambda: _is_given_up(installation, other, ending))
        installation.wait_until(lambda: installation.is_ready("web-a"))
        assert client.get("/").is_success
        assert _its_one_result(installation, client, ending) == "1"
        assert _its_one_result(installation, client, under_way) != "1"
        assert finished(client, submit(client, SMALL))["status"] == "succeeded"


def _is_given_up(installation: Installation, host: str, job_id: str) -> bool:
    return installation.has_said(host, f"Job {job_id} could not be read; its files stay")


def _its_one_result(installation: Installation, client: httpx.Client, job_id: str) -> str:
    """The attempt whose result a job has, and no other's."""
    assert finished(client, job_id)["status"] == "succeeded"
    assert client.get(f"/api/v1/jobs/{job_id}/rows").is_success
    results = installation.folder / "shared" / "results" / job_id
    installation.wait_until(lambda: len(list(results.iterdir())) == 1)
    (attempt,) = results.iterdir()
    return attempt.name


def _is_sent_away(client: httpx.Client) -> None:
    """Page and API answer, each within a bounded time, that the database is away."""
    for path in ("/", "/api/v1/jobs"):
        answer = client.get(path, timeout=ANSWERED_WITHIN_S)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "The database cannot be reached" in answer.text
        assert "Retry-After" in answer.headers


def _hear(installation: Installation, job_id: str, heard: list[ServerSentEvent]) -> None:
    """Follow a job over the web that is cut off, by one connection."""
    with installation.user_of("web-b") as client:
        heard.extend(events(client, job_id))
