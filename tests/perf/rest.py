"""What an installation costs that has nothing to do, and one with clients that wait."""

import asyncio
import os
import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.perf.crowd import Crowd
from tests.perf.streams import MANY, Target, job_that_goes_on
from tests.servers import Sialoscope, children, jobs_in, running_sialoscope, wait_until

# The first looks for lost jobs and the imports of the analysis process are over by then.
SETTLING_S = 15
MEASURED_S = 40
LISTENERS = 1000


def show() -> None:
    """Print the processor time and the memory of each process at rest, and with listeners."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    limits = {"SIALOSCOPE_STREAMS_PER_USER": MANY, "SIALOSCOPE_STREAMS": MANY}
    with running_sialoscope(limits) as server:
        wait_until(lambda: len(server.analyses()) == 1)
        _show_processes(server)
        with jobs_in(server.database_url):
            asyncio.run(_show_listeners(server))


def _show_processes(server: Sialoscope) -> None:
    time.sleep(SETTLING_S)
    pids = list(_pids(server))
    before = {pid: _ran_s(pid) for pid in pids}
    time.sleep(MEASURED_S)
    print(f"\nAt rest for {MEASURED_S} s, load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'% of a core':>14}{'MB (PSS)':>12}")
    shares = {pid: 100 * (_ran_s(pid) - before[pid]) / MEASURED_S for pid in pids}
    for pid in pids:
        print(f"{_part(pid):12}{shares[pid]:14.2f}{pss_mb(pid):12.0f}")
    print(f"{'all':12}{sum(shares.values()):14.2f}{sum(map(pss_mb, pids)):12.0f}", flush=True)


async def _show_listeners(server: Sialoscope) -> None:
    """Print what the web takes for clients of a job that says nothing."""
    (web,) = server.pids("web")
    path = f"/api/v1/jobs/{await job_that_goes_on()}/events?after=1-0"
    crowd: Crowd = Target("web", server.port, path, web).crowd()
    await crowd.gather(LISTENERS)
    await asyncio.sleep(SETTLING_S)
    before = _ran_s(web)
    await asyncio.sleep(MEASURED_S)
    share = 100 * (_ran_s(web) - before) / MEASURED_S
    print(f"web with {LISTENERS:,} idle listeners: {share:.2f} % of a core", flush=True)
    crowd.leave()


def _pids(server: Sialoscope) -> Iterator[int]:
    assert server.process
    yield server.process.pid
    for pid in children(server.process.pid):
        yield pid
        yield from children(pid)


def _part(pid: int) -> str:
    words = psutil.Process(pid).cmdline()
    named = [word for word in words if word in ("up", "web", "worker", "scheduler")]
    if "workers.analysis.process" in words:
        return "analysis"
    return named[0] if named else "broker"


def _ran_s(pid: int) -> float:
    """The processor time of all threads of a process, which the kernel counts in nanoseconds."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def pss_mb(pid: int) -> float:
    """Its memory, of which shared pages count by the share of each process."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    assert found
    return int(found[1]) / 1024
