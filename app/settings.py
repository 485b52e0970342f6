"""What can be set from outside: the environment, read once, here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

# A unix socket's path holds at most 107 bytes on Linux and 103 on macOS (unix(7), unix(4)).
LONGEST_SOCKET_PATH = 100
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class EnvironmentVariableError(Exception):
    """An environment variable holds what Sialoscope cannot use; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process.

    Sizes are in bytes, times in seconds unless the name says otherwise. Everything has a default
    with which Sialoscope runs on its own embedded parts below ``data_folder``.
    """

    data_folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    redis_url: str = ""
    database_url: str = ""
    storage_url: str = ""
    token: str = ""
    allowed_hosts: tuple[str, ...] = LOOPBACK_HOSTS
    upload_limit_bytes: int = 200_000_000
    workers: int = 1
    tasks_per_worker: int = 2
    keep_jobs_days: int = 30

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            EnvironmentVariableError: a variable is not of its kind.
        """
        data_folder = Path(environment.get("SIALOSCOPE_DATA", "data")).expanduser().resolve()
        hosts = environment.get("SIALOSCOPE_ALLOWED_HOSTS", "")
        return cls(
            data_folder=data_folder,
            host=environment.get("SIALOSCOPE_HOST", cls.host),
            port=_whole_number(environment, "SIALOSCOPE_PORT", cls.port),
            redis_url=environment.get("REDIS_URL", f"unix://{broker_socket(data_folder)}"),
            database_url=environment.get("DATABASE_URL", f"sqlite:///{data_folder}/sialoscope.db"),
            storage_url=environment.get("STORAGE_URL", f"file://{data_folder}/storage"),
            token=environment.get("SIALOSCOPE_TOKEN", ""),
            allowed_hosts=tuple(h.strip() for h in hosts.split(",") if h.strip()) or LOOPBACK_HOSTS,
            upload_limit_bytes=_whole_number(environment, "SIALOSCOPE_UPLOAD_LIMIT_MB", 200)
            * 1_000_000,
            workers=_whole_number(environment, "SIALOSCOPE_WORKERS", cls.workers),
            tasks_per_worker=_whole_number(
                environment, "SIALOSCOPE_TASKS_PER_WORKER", cls.tasks_per_worker
            ),
            keep_jobs_days=_whole_number(
                environment, "SIALOSCOPE_KEEP_JOBS_DAYS", cls.keep_jobs_days
            ),
        )

    @property
    def has_embedded_broker(self) -> bool:
        """Whether ``sialoscope up`` brings its own Redis-compatible server."""
        return self.redis_url == f"unix://{broker_socket(self.data_folder)}"


def broker_socket(data_folder: Path) -> Path:
    """Where the embedded broker listens: in the data folder when its path is short enough."""
    path = data_folder / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(gettempdir()) / f"sialoscope-{os.getuid()}" / f"{name}.sock"


def _whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise EnvironmentVariableError(
            f"{name} must be a whole number of at least 1, not {text!r}."
        )
    return int(text)
