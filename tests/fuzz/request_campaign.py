"""Hostile requests over raw sockets against a running Sialoscope, while a second user works."""

import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from statistics import quantiles
from threading import Event, Thread

import httpx

from tests.fuzz.hostile_requests import Hostile, hostile_requests
from tests.people import Person, add_person
from tests.servers import Sialoscope

AT_ONCE = 4
# What a client waits for an answer that may never come, as that to a body that is cut.
PATIENCE_S = 1.0
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
PAGES = ("/jobs", "/api/v1/jobs", "/")
MEMORY_WAIT_S = 60
MOST_LEFT = 1.2


@dataclass
class Report:
    """What a campaign saw; ``waits_s`` are those of the second user.

    ``cpu_s`` are the seconds that processors worked for the web during each of these waits. Other
    than the waits they do not grow with what else the machine does.
    """

    answers: Counter[int] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    memory_before: int = 0
    memory_most: int = 0
    memory_after: int = 0

    @property
    def p99_s(self) -> float:
        return quantiles(self.waits_s, n=100)[98]

    @property
    def p99_cpu_s(self) -> float:
        return quantiles(self.cpu_s, n=100)[98]

    def lines(self) -> Iterator[str]:
        yield f"answers: {dict(sorted(self.answers.items()))} (0: closed without one)"
        waits = f"p99 {self.p99_s:.3f} s, longest {max(self.waits_s):.3f} s"
        yield f"second user: {len(self.waits_s)} requests, {waits}"
        memory = (self.memory_before, self.memory_most, self.memory_after)
        yield "memory of the web: {:,} before, {:,} at most, {:,} after".format(*memory)
        yield from self.troubles


def campaign(server: Sialoscope, *, seed: int, mutated: int = 100) -> Report:
    """Send them all; the server has accounts, and is warm when this returns."""
    report = Report()
    ada, eve = add_person(server, "ada@lab.example"), add_person(server, "eve@lab.example")
    with eve.program("read", "submit", "manage", "admin") as program:
        token = program.headers["Authorization"].removeprefix("Bearer ")
    warm = list(hostile_requests(token, seed=seed, mutated=0))[::7]
    _send_all(server, warm, Report())  # so that what is loaded once counts for nothing
    report.memory_before = server.web_memory_bytes()
    with _working(ada, report):
        _send_all(server, hostile_requests(token, seed=seed, mutated=mutated), report)
    report.memory_after = _memory_once_quiet(server, report.memory_before)
    return report


def _send_all(
    server: Sialoscope, hostile: Iterator[Hostile] | list[Hostile], report: Report
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each, statuses in pool.map(lambda it: (it, answers_to(server, it)), hostile):
            report.answers.update(statuses or [0])
            report.memory_most = max(report.memory_most, server.web_memory_bytes())
            if any(status >= 500 for status in statuses):
                report.troubles.append(f"{each.name}: answered with {statuses}")
            if each.is_refused and any(not 400 <= status < 500 for status in statuses):
                report.troubles.append(f"{each.name}: answered with {statuses}, and not refused")


def answers_to(server: Sialoscope, hostile: Hostile, patience_s: float = PATIENCE_S) -> list[int]:
    """The statuses that come back over the connection until it ends or nothing comes."""
    received = conversation(server, hostile, patience_s)
    return [int(status) for status in STATUS.findall(received)]


def conversation(server: Sialoscope, hostile: Hostile, patience_s: float) -> bytes:
    """What comes back until the connection ends, or nothing comes for so long."""
    came = bytearray()
    with (
        suppress(ConnectionError, TimeoutError),
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection,
    ):
        with suppress(ConnectionError):  # it was refused before it was there
            connection.sendall(hostile.content)
        connection.settimeout(patience_s)
        while piece := connection.recv(65_536):
            came += piece
    return bytes(came)


@contextmanager
def _working(person: Person, report: Report) -> Iterator[None]:
    """Somebody opens their pages all the while; each has to come, and as a page."""
    has_ended = Event()

    def work(browser: httpx.Client) -> None:
        while not has_ended.is_set():
            for page in PAGES:
                began, worked_s = time.monotonic(), person.server.web_cpu_s()
                status = browser.get(page).status_code
                report.waits_s.append(time.monotonic() - began)
                report.cpu_s.append(person.server.web_cpu_s() - worked_s)
                if status != httpx.codes.OK:
                    report.troubles.append(f"the second user was answered with {status}")

    with person.session() as browser:
        worker = Thread(target=work, args=(browser,))
        worker.start()
        try:
            yield
        finally:
            has_ended.set()
            worker.join()


def _memory_once_quiet(server: Sialoscope, before: int) -> int:
    """What the web holds as soon as that is near what it held before, or after a minute."""
    deadline = time.monotonic() + MEMORY_WAIT_S
    while (now := server.web_memory_bytes()) > before * MOST_LEFT and time.monotonic() < deadline:
        time.sleep(0.5)
    return now
