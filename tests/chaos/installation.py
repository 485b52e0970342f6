"""The system under test: a whole Sialoscope on a database of either kind and a small disk."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import PostgreSQL, Sialoscope, jobs_in, running_postgresql, running_sialoscope

WORKERS = 2
ENVIRONMENT = {
    "SIALOSCOPE_ACCOUNTS": "true",
    "SIALOSCOPE_WORKERS": str(WORKERS),
    "SIALOSCOPE_TASKS_PER_WORKER": "1",
    "SIALOSCOPE_STREAMS_PER_USER": "10000",
    # A worker that hangs is to wake up late, rather than be replaced.
    "SIALOSCOPE_HUNG_AFTER_S": "600",
}
DISK_MB = 256


@dataclass(frozen=True)
class Installation:
    """A running Sialoscope.

    ``disk`` is None where nothing may be mounted, ``postgresql`` where the database is SQLite.
    """

    server: Sialoscope
    disk: Path | None
    postgresql: PostgreSQL | None

    @property
    def storage(self) -> Path:
        return self.disk or self.server.data / "storage"


@contextmanager
def running_installation(database: str, scratch: Path) -> Iterator[Installation]:
    """Start everything on ``sqlite`` or ``postgresql``; its tables can be reached from here too."""
    environment = dict(ENVIRONMENT)
    with ExitStack() as stack:
        postgresql = None
        if database == "postgresql":
            postgresql = stack.enter_context(running_postgresql())
            environment["DATABASE_URL"] = postgresql.url
        disk = stack.enter_context(small_disk(scratch))
        if disk:
            environment["STORAGE_URL"] = f"file://{disk}"
        server = stack.enter_context(running_sialoscope(environment))
        stack.enter_context(jobs_in(server.database_url))
        yield Installation(server, disk, postgresql)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of its own; None for users who may not mount one."""
    mount = shutil.which("mount") or "mount"
    command = [mount, "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
