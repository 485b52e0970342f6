"""How much more two workers do than one, and two processes that share nothing but the machine.

Workers share the cores: the analysis of one alone may use them all for what Polars does, which
makes the ratio rather too small than too large.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from app.analysis.peak_table import read_peak_table
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.contract.tasks import JobState
from app.db.tables import Job
from tests.integration.api import large_table, submit
from tests.perf.jobs import ended_per_second
from tests.servers import Sialoscope, children, jobs_in, running_sialoscope, wait_until

JOBS = 20
COPIES = 100  # of the example table: some 28,000 rows
# What analyzes alone takes one core, for a bound that nothing but the machine sets.
ONE_CORE = {"POLARS_MAX_THREADS": "1"}
LONG_S = 600


def show() -> None:
    """Print the jobs a second of one worker and of two, and what each part took of the cores."""
    table = large_table(COPIES)
    rows = table.count(b"\n")
    print(f"\nScaling: {JOBS} jobs of {rows:,} rows (goal: 1.8 times, if cores allow)")
    one, two = _alone(table, 1), _alone(table, 2)
    print(f"analyses alone:  {one:6.2f} a second by one process, {two:6.2f} by two")
    rates = [_served(table, workers) for workers in (1, 2)]
    ratio, bound = rates[1] / rates[0], two / one
    print(f"two workers do {ratio:.2f} times what one does; two processes {bound:.2f} times")


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


def _served(table: bytes, workers: int) -> float:
    """Jobs a second by so many workers; they wait until all jobs are there."""
    own = {"SIALOSCOPE_WORKERS": str(workers), "SIALOSCOPE_TASKS_PER_WORKER": "1"}
    with running_sialoscope(own) as server, server.client() as client:
        wait_until(lambda: len(server.pids("worker")) == workers)
        _signal(server, signal.SIGSTOP)
        for _ in range(JOBS):
            submit(client, table)
        before = _cpu_s(server)
        _signal(server, signal.SIGCONT)
        with jobs_in(f"sqlite:///{server.data}/sialoscope.db"):
            wait_until(_all_succeeded, LONG_S)
            rate = asyncio.run(ended_per_second())
        taken = {part: cpu_s - before[part] for part, cpu_s in _cpu_s(server).items()}
    told = ", ".join(f"{part} {1000 * cpu_s / JOBS:.0f}" for part, cpu_s in taken.items())
    print(f"{workers} worker(s):     {rate:6.2f} jobs a second; CPU ms a job: {told}", flush=True)
    return rate


def _signal(server: Sialoscope, number: signal.Signals) -> None:
    for pid in server.pids("worker"):
        os.kill(pid, number)


def _all_succeeded() -> bool:
    return asyncio.run(_succeeded()) == JOBS


async def _succeeded() -> int:
    return int(await Job.count().where(Job.state == JobState.SUCCEEDED))


def _cpu_s(server: Sialoscope) -> dict[str, float]:
    """The CPU time of each part so far."""
    workers = server.pids("worker")
    pids = {
        "web": server.pids("web"),
        "redis": server.broker_pids(),
        "workers": workers,
        "analyses with their start": [child for pid in workers for child in children(pid)],
    }
    return {part: sum(map(cpu_s_of, found)) for part, found in pids.items()}


def cpu_s_of(pid: int) -> float:
    """The CPU time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    _analyze_again_and_again(Path(sys.argv[1]))
