"""Starts the service of ``tests/perf/peer_stack`` in its environment, and ends it."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.conftest import ROOT
from tests.perf.stacks.stack import family, kill
from tests.servers import Part, Valkey, free_port, wait_until

PYTHON = ROOT / ".venv" / "peer" / "bin" / "python"
PACKAGE = "tests.perf.peer_stack"
PLACES = 2
CREATE_TABLES = ("-m", "django", "migrate", "--run-syncdb", "--verbosity=0")
WEB = (
    *("-m", "uvicorn", f"{PACKAGE}.asgi:application", "--lifespan=off"),
    *("--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=5"),
)
WORKER = (
    *("-m", "celery", "-A", f"{PACKAGE}.celery_app", "worker", f"--concurrency={PLACES}"),
    *("--loglevel=WARNING", "--without-gossip", "--without-mingle"),
)


@dataclass
class PeerServer:
    """Uvicorn with Django and Channels, a Celery worker, and a Valkey as Debian configures it."""

    folder: Path
    redis: Valkey
    analyzes: bool = True
    port: int = field(default_factory=free_port)
    parts: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def create(self) -> None:
        """Create the tables.

        Raises:
            FileNotFoundError: its packages are not installed.
        """
        if not PYTHON.exists():
            raise FileNotFoundError("The peer has no packages. Run: make .venv/peer.stamp")
        subprocess.run([PYTHON, *CREATE_TABLES], env=self._environment(), cwd=ROOT, check=True)

    def start(self) -> None:
        """Start all parts, and wait until the pages answer."""
        self.redis.start()
        self.start_worker()
        self._start("web", *WEB, f"--port={self.port}")
        parts = [Part(process, self._log(name)) for name, process in self.parts.items()]
        wait_until(self._answers, parts=parts)

    def stop(self) -> None:
        """End all parts."""
        for process in self.parts.values():
            process.send_signal(signal.SIGTERM)
        for process in self.parts.values():
            process.wait()
        self.redis.kill()

    def start_worker(self) -> None:
        """Start the worker, as systemd does with one that ended."""
        self._start("worker", *WORKER)

    def kill_worker(self) -> None:
        """Kill the worker and its pool."""
        worker = self.parts["worker"]
        kill(family(worker.pid))
        worker.wait()

    def _start(self, part: str, *words: str) -> None:
        with self._log(part).open("ab") as log:
            self.parts[part] = subprocess.Popen(
                [PYTHON, *words], env=self._environment(), cwd=ROOT, stdout=log, stderr=log
            )

    def _log(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/").is_success
        except httpx.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": f"{PACKAGE}.settings",
            "PEER_DATA": str(self.folder),
            "PEER_REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "PEER_ANALYZES": "yes" if self.analyzes else "no",
            "POLARS_MAX_THREADS": "1",  # as Sialoscope has it with as many places as cores
        }


@contextmanager
def running_peer(*, analyzes: bool = True) -> Iterator[PeerServer]:
    """The peer with a folder of its own, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        server = PeerServer(Path(folder), Valkey(Path(folder), ()), analyzes)
        server.create()
        try:
            server.start()
            yield server
        finally:
            server.stop()
