"""Servers that never answer: a name server, and one that accepts connections."""

import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.name_server import ask_from_now_on
from tests.servers import Sialoscope, running_sialoscope


@contextmanager
def silent_name_server() -> Iterator[str]:
    """The address of a name server that receives every question and answers none."""
    address = f"127.{secrets.randbelow(200) + 50}.{secrets.randbelow(256)}.53"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((address, 53))
        yield address


@contextmanager
def silent_receiver() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        yield int(listening.getsockname()[1])


@contextmanager
def asking(name_server: str, environment: dict[str, str]) -> Iterator[Sialoscope]:
    """A Sialoscope whose machine has this name server; root alone can have it so.

    The thread that starts it sees other mounts than the rest of the tests, and its children too.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(ask_from_now_on, name_server).result()
        running = running_sialoscope(environment)
        server = thread.submit(running.__enter__).result()
        try:
            yield server
        finally:
            running.__exit__(None, None, None)
