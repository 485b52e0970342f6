"""How much more two workers do than one, and two processes that share nothing but the machine.

One server has two workers, of which one is drained for its turn, so that each has the same threads
in both. The turns alternate, for a busy machine is not equally busy for long. On two cores both
workers, the web and Redis want more than there is; so each round is run once more with analyses
that are held half of the time by turns, as if there were twice as many cores.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.contract.tasks import JobState
from app.db.jobs.tables import Job
from tests.integration.api import finished, large_table, submit
from tests.perf.jobs import ended_per_second
from tests.servers import Sialoscope, children, jobs_in, running_sialoscope, wait_until

ROUNDS = 5
JOBS = 20
COPIES = 100  # of the example table: some 28,000 rows
TWO_WORKERS = {"SIALOSCOPE_WORKERS": "2", "SIALOSCOPE_TASKS_PER_WORKER": "1"}
# What analyzes alone takes one core, for a bound that nothing but the machine sets.
ONE_CORE = {"POLARS_MAX_THREADS": "1"}
LOOKED_EVERY_S = 0.5
TURN_S = 0.02


def show() -> None:
    """Print the jobs a second of one worker and of two, and what each part took of the cores."""
    table = large_table(COPIES)
    rows = table.count(b"\n")
    print(f"\nScaling: {JOBS} jobs of {rows:,} rows, {ROUNDS} rounds (goal: 1.8 times)")
    with running_sialoscope(TWO_WORKERS) as server, server.client() as client:
        workers = _warm(server, client, table)
        ratios = [_round(server, client, table, workers) for _ in range(ROUNDS)]
    medians = [median(ratio) for ratio in zip(*ratios, strict=True)]
    for what, ratio in zip(("bare processes", "workers", "slowed workers"), medians, strict=True):
        print(f"median: two {what} do {ratio:.2f} times what one does")


def _warm(server: Sialoscope, client: httpx.Client, table: bytes) -> list[str]:
    """The names of the workers, once each has analyzed."""
    wait_until(lambda: len(_names(client)) == len(server.pids("worker")) == 2)
    for job_id in [submit(client, table) for _ in range(4)]:
        finished(client, job_id)
    return _names(client)


def _names(client: httpx.Client) -> list[str]:
    return [each["worker"] for each in client.get("/api/v1/ops").json()["workers"]]


def _round(
    server: Sialoscope, client: httpx.Client, table: bytes, workers: list[str]
) -> list[float]:
    """How many times what one does two do: bare processes, workers, and workers that are slowed."""
    bare = [_alone(table, number) for number in (1, 2)]
    print(f"bare:       {bare[0]:5.2f} a second by one, {bare[1]:5.2f} by two", flush=True)
    as_is = [_served(server, client, table, workers[:number]) for number in (1, 2)]
    with _held_by_turns(server.analyses()):
        slowed = [_served(server, client, table, workers[:number]) for number in (1, 2)]
    return [two / one for one, two in (bare, as_is, slowed)]


@contextmanager
def _held_by_turns(pids: list[int]) -> Iterator[None]:
    """Let one process after the other run, each for its turn."""
    has_ended = Event()
    holding = Thread(target=_hold_by_turns, args=(pids, has_ended))
    holding.start()
    try:
        yield
    finally:
        has_ended.set()
        holding.join()


def _hold_by_turns(pids: list[int], has_ended: Event) -> None:
    for running in cycle(pids):
        for pid in pids:
            os.kill(pid, signal.SIGCONT if pid == running else signal.SIGSTOP)
        if has_ended.wait(TURN_S):
            break
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def _alone(table: bytes, processes: int) -> float:
    """Analyses a second of so many processes at once that do nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "peaks.csv"
        path.write_bytes(table)
        command = [sys.executable, "-m", "tests.perf.scaling", str(path)]
        running = [
            subprocess.Popen(command, env=os.environ | ONE_CORE, stdout=subprocess.PIPE)
            for _ in range(processes)
        ]
        return sum(float(process.communicate()[0]) for process in running)


def _analyze_again_and_again(path: Path) -> None:
    analyze(read_peak_table(path), AnalysisSettings())
    began = time.perf_counter()
    for _ in range(JOBS):
        analyze(read_peak_table(path), AnalysisSettings())
    print(JOBS / (time.perf_counter() - began))


def _served(server: Sialoscope, client: httpx.Client, table: bytes, workers: list[str]) -> float:
    """Jobs a second by these workers, which begin when all jobs are there."""
    for name in _names(client):
        client.post(f"/api/v1/ops/workers/{name}/drain").raise_for_status()
    wait_until(lambda: _statuses(client) == {"drained"})
    for _ in range(JOBS):
        submit(client, table)
    before = _cpu_s(server)
    for name in workers:
        client.delete(f"/api/v1/ops/workers/{name}/drain").raise_for_status()
    with jobs_in(f"sqlite:///{server.data}/sialoscope.db"):
        while asyncio.run(_waiting_or_running()):
            time.sleep(LOOKED_EVERY_S)
        rate = asyncio.run(ended_per_second(JOBS))
    taken = {part: cpu_s - before[part] for part, cpu_s in _cpu_s(server).items()}
    received = ", ".join(f"{part} {1000 * cpu_s / JOBS:.0f}" for part, cpu_s in taken.items())
    print(
        f"{len(workers)} worker(s): {rate:5.2f} jobs a second; CPU ms a job: {received}", flush=True
    )
    return rate


def _statuses(client: httpx.Client) -> set[str]:
    return {each["status"] for each in client.get("/api/v1/ops").json()["workers"]}


async def _waiting_or_running() -> int:
    has_ended = [state for state in JobState if state.is_final]
    return int(await Job.count().where(Job.state.not_in(has_ended)))


def _cpu_s(server: Sialoscope) -> dict[str, float]:
    """The CPU time of each part so far."""
    workers = server.pids("worker")
    pids = {
        "web": server.pids("web"),
        "redis": server.broker_pids(),
        "workers": workers,
        "analyses": [child for pid in workers for child in children(pid)],
    }
    return {part: sum(map(cpu_s_of, found)) for part, found in pids.items()}


def cpu_s_of(pid: int) -> float:
    """The CPU time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    _analyze_again_and_again(Path(sys.argv[1]))
