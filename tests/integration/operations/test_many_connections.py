"""More connections than a web process can hold do not end it."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest

from app.server.open_files import WANTED_FILES
from tests.servers import Sialoscope, running_sialoscope, wait_until

FILES = 300


@contextmanager
def fewer_files_by_default() -> Iterator[None]:
    """What is started within gets as few files as a usual shell gives, and may ask for more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def own_server() -> Iterator[Sialoscope]:
    with ExitStack() as stack:
        with fewer_files_by_default():
            server = stack.enter_context(running_sialoscope())
        yield server


def test_a_web_process_takes_as_many_files_as_it_may(own_server: Sialoscope) -> None:
    (web,) = own_server.pids("web")
    allowed, most = psutil.Process(web).rlimit(psutil.RLIMIT_NOFILE)
    assert allowed == min(WANTED_FILES, most)


def test_connections_beyond_the_limit_are_closed_and_the_process_lives_on(
    own_server: Sialoscope,
) -> None:
    assert own_server.process
    resource.prlimit(own_server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    own_server.restart("web")
    wait_until(own_server.is_ready)
    webs = own_server.pids("web")
    unfinished = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000\r\n\r\na"
    with ExitStack() as stack:
        opened = []
        for _ in range(2 * FILES):
            address = ("127.0.0.1", own_server.port)
            opened.append(stack.enter_context(socket.create_connection(address)))
            opened[-1].setblocking(False)
            with suppress(ConnectionError):  # closed already
                opened[-1].sendall(unfinished)
        wait_until(lambda: sum(is_closed(each) for each in opened) >= FILES)
        assert psutil.Process(webs[0]).num_fds() < FILES, "Some are left for everything else."
    with own_server.client() as client:
        assert client.get("/api/v1/jobs").status_code == 200
    assert own_server.pids("web") == webs
    assert "225 connections are open" in own_server.log.read_text()


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
