"""``sialoscope demo``: fill a running installation, or start one, and say what to look at."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from app.commands.demo.story import Sight, tell
from app.commands.errors import ServerError
from app.commands.remote.connection import add_connection_arguments, server_address, with_client
from app.runtime.login_token import known_token
from app.settings import Settings

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope

START_WITHIN_S, LOOK_EVERY_S = 120, 0.2
NOT_STARTED = "The server did not start; its log is above."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    text = "start a server on this machine, as `sialoscope up` does, and keep it running"
    parser.add_argument("--start", action="store_true", help=text)
    text = "share the versions with this account, on a server with accounts"
    parser.add_argument("--share", metavar="NAME", help=text)
    text = "ask these accounts for a blinded review, at least two, on a server with accounts"
    parser.add_argument("--reviewers", metavar="NAME", nargs="+", default=[], help=text)
    add_connection_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Fill the installation and print what to look at; a started server runs until Ctrl-C.

    Raises:
        ServerError: the server cannot be started or used, or it refuses.
    """
    if not arguments.start:
        _fill(arguments)
        return
    if arguments.url:
        raise ServerError("--start starts a server on this machine; leave out --url.")
    with _started(Settings.from_environment()) as server:
        _fill(arguments)
        server.wait()


def _fill(arguments: argparse.Namespace) -> None:
    sights: list[Sight] = []

    async def work(client: "AsyncSialoscope") -> None:
        sights.extend(await tell(client, arguments.share, arguments.reviewers))

    with_client(arguments, work)
    address = server_address(arguments.url).rstrip("/")
    lines = [f"  {address}{path}\n    {what}" for path, what in sights]
    print("\nThe gallery is filled. Look at:\n", *lines, sep="\n", flush=True)  # noqa: T201


@contextmanager
def _started(settings: Settings) -> "Iterator[subprocess.Popen[bytes]]":
    """Run the server while the block runs.

    Raises:
        ServerError: it has ended, or does not answer.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # or the server would outlive this
    server = subprocess.Popen([sys.executable, "-m", "app.cli", "up"])
    try:
        _wait_until_ready(server, settings)
        yield server
    finally:
        if server.poll() is None:
            server.terminate()
        server.wait()


def _wait_until_ready(server: "subprocess.Popen[bytes]", settings: Settings) -> None:
    give_up_at = time.monotonic() + START_WITHIN_S
    while time.monotonic() < give_up_at and server.poll() is None:
        if _answers(settings) and known_token(settings):
            return
        time.sleep(LOOK_EVERY_S)
    raise ServerError(NOT_STARTED)


def _answers(settings: Settings) -> bool:
    try:
        with urlopen(f"{settings.local_address}/health/live", timeout=1) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
