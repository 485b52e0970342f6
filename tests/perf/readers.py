"""What twelve large workbooks cost that one user asks for at once, and what another user notices.

Before exports had places and processes of their own, twelve of 129,200 rows took 8.7 GB and 500 s,
and the other user's list of jobs was not answered within 60 s.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from statistics import quantiles

import httpx
import psutil

from tests.integration.api import finished, large_table, submit
from tests.people import add_person
from tests.servers import Sialoscope, running_sialoscope

EXPORTS = 12
COPIES = 457  # of the example table, which make some 129,000 rows
MB = 1_000_000


class Watch:
    """Looks at something again and again in a thread of its own, until it is left."""

    def __init__(self, look: Callable[[], float], every_s: float) -> None:
        self.seen: list[float] = []
        self._look, self._every_s, self._ended = look, every_s, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            self.seen.append(self._look())


def show() -> None:
    """Print memory, time and refusals of the exports, and the other user's wait for their list."""
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as server:
        ada, bob = add_person(server, "ada@lab.example"), add_person(server, "bob@lab.example")
        with ada.program("read", "submit") as client, bob.program("read", "submit") as other:
            client.timeout = httpx.Timeout(300)
            submit(other, large_table(copies=1))
            table = large_table(COPIES)
            jobs = [submit(client, table) for _ in range(EXPORTS)]
            rows = [finished(client, job)["summary"]["rows"] for job in jobs].pop()
            print(f"\n{EXPORTS} XLSX exports of {rows:,} rows at once by one user")
            _measure(server, client, other, jobs, "twelve jobs")
            _measure(server, client, other, jobs, "again, kept")
            again = submit(client, table)
            finished(client, again)
            _measure(server, client, other, [again] * EXPORTS, "one job, 12 readers")


def _measure(
    server: Sialoscope, client: httpx.Client, other: httpx.Client, jobs: list[str], what: str
) -> None:
    before = _memory_bytes(server)
    began = time.monotonic()
    with (
        Watch(lambda: _memory_bytes(server), 0.1) as memory,
        Watch(lambda: _list_s(other), 0.05) as lists,
        ThreadPoolExecutor(EXPORTS) as pool,
    ):
        refusals = sum(pool.map(lambda job: _export(client, job), jobs))
    taken_s = time.monotonic() - began
    p99 = quantiles(lists.seen, n=100, method="inclusive")[98] if len(lists.seen) > 1 else 0.0
    most, slowest = max(memory.seen, default=before), max(lists.seen, default=0.0)
    print(
        f"{what:>20}: {taken_s:6.1f} s, {refusals} times 429; web and makers at most "
        f"{most / MB:,.0f} MB ({before / MB:,.0f} MB before); the other's list "
        f"{len(lists.seen)} times, p99 {p99:.3f} s, at most {slowest:.3f} s",
        flush=True,
    )


def _export(client: httpx.Client, job: str) -> int:
    """Take a workbook as a patient program does; how often it was refused."""
    refusals = 0
    while True:
        answer = client.get(f"/api/v1/jobs/{job}/export", params={"format": "xlsx"})
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            answer.raise_for_status()
            return refusals
        refusals += 1
        time.sleep(float(answer.headers["Retry-After"]))


def _list_s(client: httpx.Client) -> float:
    began = time.monotonic()
    client.get("/api/v1/jobs").raise_for_status()
    return time.monotonic() - began


def _memory_bytes(server: Sialoscope) -> int:
    """What the web and all that it started hold in memory."""
    taken = 0
    for web in server.pids("web"):
        for process in (psutil.Process(web), *psutil.Process(web).children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                taken += process.memory_info().rss
    return taken
