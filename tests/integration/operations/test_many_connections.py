"""More connections than a web process can hold do not end it, nor keep other addresses out."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest

from app.server.open_files import GIVE_WAY, WANTED_FILES
from tests.servers import TOKEN, Sialoscope, running_sialoscope, wait_until

FILES = 300
MOST_OF_AN_ANSWER = 10_000


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
    webs = with_few_files(own_server)
    with many_unfinished(own_server, of="127.0.0.1") as opened:
        wait_until(lambda: sum(is_closed(each) for each in opened) >= FILES)
        assert psutil.Process(webs[0]).num_fds() < FILES, "Some are left for everything else."
    wait_until(own_server.is_ready)  # it has noticed that they are gone, which are of one address
    with own_server.client() as client:
        assert client.get("/api/v1/jobs").status_code == 200
    assert own_server.pids("web") == webs
    assert "225 connections are open" in own_server.log.read_text()


def test_the_address_with_the_most_connections_gives_one_up_for_each_of_others(
    own_server: Sialoscope,
) -> None:
    with_few_files(own_server)

    def gives_way_while_others_are_served() -> bool:
        with many_unfinished(own_server, of="127.0.0.2") as opened:
            with own_server.client() as client:
                assert client.get("/api/v1/jobs").status_code == 200
            return any(GIVE_WAY.encode() in received(each) for each in opened)

    wait_until(gives_way_while_others_are_served)


def with_few_files(server: Sialoscope) -> list[int]:
    """The processes of a web that was started again with few files."""
    assert server.process
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    server.restart("web")
    wait_until(server.is_ready)
    return server.pids("web")


@contextmanager
def many_unfinished(server: Sialoscope, *, of: str) -> Iterator[list[socket.socket]]:
    """Connections of an address, twice as many as there are files, with half a request each."""
    head = (
        f"POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000\r\n\r\n"
    )
    unfinished = f"{head}--x\r\n".encode()
    with ExitStack() as stack:
        opened = []
        for _ in range(2 * FILES):
            made = socket.create_connection(("127.0.0.1", server.port), source_address=(of, 0))
            opened.append(stack.enter_context(made))
            opened[-1].setblocking(False)
            with suppress(ConnectionError):  # closed already
                opened[-1].sendall(unfinished)
        yield opened


def received(connection: socket.socket) -> bytes:
    """What has come so far, which stays to be read."""
    try:
        return connection.recv(MOST_OF_AN_ANSWER, socket.MSG_PEEK)
    except OSError:  # there is nothing, or it was reset
        return b""


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
