"""Real servers for tests: Sialoscope itself, its broker, and PostgreSQL."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
from redis import Redis

from app.db.engine.connect import create_engine
from app.db.jobs.tables import Job
from app.db.piccolo_app import APP_CONFIG
from app.queue.worker_registry import LAST_SCHEDULER, LAST_WORKER
from app.server.embedded_broker import broker_command, find_server
from app.settings import Settings, broker_socket
from tests.commands import forked_command

# For what a busy machine takes long to do; a wait ends as soon as it can.
START_TIMEOUT_S = 120
ANALYSIS = "workers.analysis.process"
LAST_LINES = 20
# Enough for the servers that several test files keep running at once.
MOST_CONNECTIONS = "400"
TOKEN = "token-of-the-tests"  # noqa: S105 - no secret


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Part(NamedTuple):
    """A process that a wait needs, and the file of its output."""

    process: "subprocess.Popen[bytes] | None"
    log: Path | None = None

    @property
    def last_words(self) -> str:
        """The last lines of its log."""
        if not self.log or not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join(("", f"The end of {self.log.name}:", *lines))


# The servers that run now; a wait needs all of them, whichever it names.
_running: dict[Path, Part] = {}


def wait_until(
    condition: Callable[[], bool], timeout_s: float = START_TIMEOUT_S, *, parts: Iterable[Part] = ()
) -> None:
    """Return once the condition holds; fail after the timeout, or when a part or server ends."""
    deadline = time.monotonic() + timeout_s
    parts = [*parts, *_running.values()]
    while not condition():
        for part in parts:
            if part.process and part.process.poll() is not None:
                code = part.process.returncode
                raise AssertionError(f"{part.process.args!r} ended with {code}.{part.last_words}")
        if time.monotonic() > deadline:
            received = "".join(part.last_words for part in parts)
            raise AssertionError(f"It did not happen within {timeout_s} s.{received}")
        time.sleep(0.05)


def killed(pids: list[int]) -> bool:
    """Kill processes at once; False when there is none, or one has ended meanwhile."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return bool(pids)


@contextmanager
def held(pids: list[int]) -> Iterator[None]:
    """Processes that stand still for a while."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):  # killed meanwhile
                os.kill(pid, signal.SIGCONT)


@dataclass
class Sialoscope:
    """A running ``sialoscope up`` with a data folder of its own."""

    data: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        """The file of its standard error; standard output is beside it, as ``.out``."""
        return self.data.with_name(f"{self.data.name}.err")

    def log_lines(self) -> list[dict[str, Any]]:
        """The lines of its log in JSON; a line that is being written is not among them yet."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.environment.get("DATABASE_URL", f"sqlite:///{self.data}/sialoscope.db")

    def start(self) -> None:
        said = self.log.with_suffix(".out")
        with self.log.open("ab") as errors, said.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "up"],
                env=self.command_environment(),
                stderr=errors,
                stdout=output,
            )
        _running[self.log] = self.part
        wait_until(self.is_ready)

    @property
    def part(self) -> Part:
        """What a wait for this server needs, to fail as soon as it has ended."""
        return Part(self.process, self.log)

    def command_environment(self) -> dict[str, str]:
        # Compiled once for all servers, or each of their processes compiles every module again.
        given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return (
            given
            | self.environment
            | {
                "SIALOSCOPE_DATA": str(self.data),
                "SIALOSCOPE_PORT": str(self.port),
                "SIALOSCOPE_TOKEN": TOKEN,
            }
        )

    def command(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of this installation, with other variables where such are given."""
        return forked_command(*words, environment=self.command_environment() | environment)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live").is_success
        except httpx.TransportError:
            return False

    def wait_for_signs(self) -> None:
        """Return once a worker and the scheduler have shown themselves, later than the web."""
        url = self.environment.get("REDIS_URL", f"unix://{broker_socket(self.data)}")
        with Redis.from_url(url) as redis:
            wait_until(lambda: redis.exists(LAST_WORKER, LAST_SCHEDULER) == 2)

    def stop(self) -> None:
        _running.pop(self.log, None)
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=120)

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def pids(self, part: str) -> list[int]:
        """The processes of a part, such as ``web`` or ``worker``, of this installation only."""
        parts = children(self.process.pid) if self.process else []
        return [pid for pid in parts if f"app.cli\0{part}" in _command_line(pid)]

    def broker_pids(self) -> list[int]:
        """The process of the embedded broker, if it runs."""
        parts = children(self.process.pid) if self.process else []
        return [pid for pid in parts if "unixsocket:" in _command_line(pid)]

    def web_memory_bytes(self) -> int:
        """The memory of its web processes."""
        return sum(web.memory_info().rss for web in self._webs())

    def web_cpu_s(self) -> float:
        """The seconds of processors that its web processes took so far."""
        return sum(times.user + times.system for times in (web.cpu_times() for web in self._webs()))

    def _webs(self) -> list[psutil.Process]:
        webs = self.pids("web")
        assert webs, "No web runs."
        return [psutil.Process(pid) for pid in webs]

    def analyses(self) -> list[int]:
        """The analysis processes of the workers."""
        found = [child for pid in self.pids("worker") for child in children(pid)]
        return [pid for pid in found if ANALYSIS in _command_line(pid)]  # not before its exec

    @contextmanager
    def held_analysis(self, *only: int) -> Iterator[None]:
        """Pause analyses for a while; their workers, which hold locks, continue.

        A worker that has just started gets its analysis process a moment later.
        """
        wait_until(lambda: len(self.analyses()) >= len(self.pids("worker")) > 0)
        with held([*only] or self.analyses()):
            yield

    def restart(self, part: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a part's processes and wait until the supervisor has started them again."""
        before = self.pids(part)
        for pid in before:
            os.kill(pid, how)
        wait_until(lambda: self._is_anew(part, before))

    def _is_anew(self, part: str, before: list[int]) -> bool:
        now = self.pids(part)
        return len(now) == len(before) and not set(now) & set(before)


@contextmanager
def jobs_in(url: str) -> Iterator[None]:
    """Connect this process to the database of an installation for a while."""
    before, engine = Job._meta._db, create_engine(url)
    for table in APP_CONFIG.table_classes:
        table._meta._db = engine
    try:
        yield
    finally:
        for table in APP_CONFIG.table_classes:
            table._meta._db = before


@contextmanager
def running_sialoscope(environment: dict[str, str] | None = None) -> Iterator[Sialoscope]:
    """Sialoscope on embedded parts, removed afterwards with its data.

    Within ``servers_on`` its database is a new one of that PostgreSQL, unless one is named.
    """
    with tempfile.TemporaryDirectory(prefix="sialoscope-") as folder:
        given = _databases_of.new_database() if _databases_of else {}
        given |= environment or {}
        data = Path(folder) / "data"
        data.mkdir()
        server = Sialoscope(data, free_port(), given)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@dataclass
class Broker:
    """The embedded broker alone, with a folder of its own."""

    settings: Settings
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return self.settings.redis_url

    def start(self) -> None:
        log = self.settings.data_folder / "broker.out"
        with log.open("ab") as output:
            self.process = subprocess.Popen(broker_command(self.settings), stdout=output)
        socket_path = self.url.removeprefix("unix://")
        wait_until(lambda: _accepts(socket_path), parts=[Part(self.process, log)])

    def end(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def lose_all(self) -> None:
        """Delete the data on disk, as if the disk was lost."""
        shutil.rmtree(self.settings.data_folder / "broker")


@contextmanager
def running_broker() -> Iterator[Broker]:
    """A broker of its own, gone afterwards with its data."""
    with tempfile.TemporaryDirectory(prefix="sialoscope-") as folder:
        broker = Broker(Settings.from_environment({"SIALOSCOPE_DATA": folder}))
        broker.start()
        try:
            yield broker
        finally:
            broker.end()


@dataclass
class Valkey:
    """A server on a port of its own, or with ``--sentinel`` a sentinel, configured by lines."""

    folder: Path
    lines: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        file = self.folder / f"{self.port}.conf"
        file.write_text("\n".join((f"port {self.port}", f"dir {self.folder}", *self.lines)))
        command = [find_server(), str(file), *self.arguments]
        log = file.with_suffix(".out")
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output)
        wait_until(self._accepts, parts=[Part(self.process, log)])

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class PostgreSQL:
    """A PostgreSQL server of its own, run by an unprivileged user."""

    folder: Path
    port: int
    superuser: str = "sialoscope"
    asks_for_passwords: bool = False  # of those that come by TCP
    network: str = ""  # from where others may come too
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql://{self.superuser}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make its data folder."""
        if user := _postgresql_user():
            shutil.chown(self.folder, user)
        asked = "scram-sha-256" if self.asks_for_passwords else "trust"
        how = ("-U", self.superuser, "--auth-local=trust", f"--auth-host={asked}")
        assert self._run("initdb", *how).wait() == 0
        if self.network:
            with (self.folder / "data" / "pg_hba.conf").open("a") as file:
                file.write(f"host all all {self.network} trust\n")

    def new_database(self) -> dict[str, str]:
        """Create an empty database; return the environment with which Sialoscope uses it."""
        name = f"of_{secrets.token_hex(8)}"
        at = ("-h", "127.0.0.1", "-p", str(self.port), "-U", self.superuser)
        subprocess.run([str(postgresql_binaries() / "createdb"), *at, name], check=True)
        return {"DATABASE_URL": self.url.removesuffix("postgres") + name}

    def start(self) -> None:
        options = ("-p", str(self.port), "-k", str(self.folder), "-F", "-N", MOST_CONNECTIONS)
        listening = ("-h", "*" if self.network else "127.0.0.1")
        self.process = self._run("postgres", *listening, *options)
        is_ready = [str(postgresql_binaries() / "pg_isready"), "--quiet"]
        is_ready += ["-h", str(self.folder), "-p", str(self.port)]
        parts = [Part(self.process, self.folder / "postgres.out")]
        wait_until(lambda: subprocess.run(is_ready, check=False).returncode == 0, parts=parts)

    def stop(self) -> None:
        """End it and every connection to it; what was committed stays."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def _run(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{program}.out").open("ab") as output:
            return subprocess.Popen(
                [str(postgresql_binaries() / program), "-D", str(self.folder / "data"), *arguments],
                user=_postgresql_user(),
                cwd="/",
                stdout=output,
                stderr=output,
            )


# Where the servers of the tests have their databases; None for SQLite in their data folders.
_databases_of: PostgreSQL | None = None


@contextmanager
def servers_on(postgresql: PostgreSQL) -> Iterator[None]:
    """Give each Sialoscope that starts meanwhile a database of its own on this server."""
    global _databases_of
    _databases_of = postgresql
    try:
        yield
    finally:
        _databases_of = None


@contextmanager
def running_postgresql(
    superuser: str = "sialoscope", *, asks_for_passwords: bool = False, network: str = ""
) -> Iterator[PostgreSQL]:
    """A PostgreSQL of its own, gone afterwards with its data."""
    with tempfile.TemporaryDirectory(prefix="sialoscope-pg-") as folder:
        server = PostgreSQL(Path(folder), free_port(), superuser, asks_for_passwords, network)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@dataclass
class S3:
    """An S3-compatible service of its own (moto's server), with one bucket."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"s3://tables/of/tests?endpoint=http://127.0.0.1:{self.port}&region=eu-central-1"

    @property
    def environment(self) -> dict[str, str]:
        """The environment with which Sialoscope uses it."""
        keys = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "s3-secret-of-the-tests"}
        return {"STORAGE_URL": self.url} | keys

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-p", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self.is_ready, parts=[Part(self.process)])

    def is_ready(self) -> bool:
        try:
            return httpx.put(f"http://127.0.0.1:{self.port}/tables").is_success
        except httpx.TransportError:
            return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make it hang for a while."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()


@contextmanager
def running_s3() -> Iterator[S3]:
    """An S3-compatible service, gone afterwards with its bucket."""
    server = S3(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _postgresql_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.getuid() == 0 else None


def postgresql_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise AssertionError("PostgreSQL is needed for these tests (Debian: postgresql).")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def children(pid: int) -> list[int]:
    """The processes that a process has started; none when it has ended."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:  # it has ended
        return []
    return [int(child) for child in listed.split()]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
