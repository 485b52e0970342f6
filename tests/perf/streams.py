"""How fast and lean the event streams are, beside a bare relay of the same channel."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from redis.asyncio import Redis

from app.analysis.example.example_table import example_table
from app.contract.events import Log
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Publisher
from app.progress.streams import key_of
from app.runtime.login_token import LOCAL_USER
from app.settings import broker_socket
from tests.event_stream import get_events
from tests.integration.api import submit
from tests.perf.crowd import Crowd, stamp
from tests.perf.scaling import cpu_s_of
from tests.servers import TOKEN, Sialoscope, free_port, jobs_in, running_sialoscope
from tests.stored_jobs import a_job

JOBS = 40
CROWDS = (100, 1000, 5000)
EVENTS = 200
# The events come so fast that this many are to be delivered each second.
DELIVERIES_PER_S = 10_000
MOST_EVENTS_PER_S = 50
IDLE_CLIENTS = 10_000
# Nothing delivered for so long: what is missing then is lost. Shorter stalls show as latency.
PATIENCE_S = 60
# Between the last client's connection and the first event, so that none pays for the other.
SETTLING_S = 1
STARTING_S = 3
MANY = "20000"


@dataclass(frozen=True)
class Target:
    """A relay under measurement: where it listens, for what, and its process."""

    name: str
    port: int
    path: str
    pid: int

    def crowd(self) -> Crowd:
        """Nobody yet."""
        head = (
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        )
        return Crowd(self.port, head.encode())

    def cpu_s(self) -> float:
        return cpu_s_of(self.pid)

    def resident_kb(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def show() -> None:
    """Print how long jobs take to be told of, and what a crowd of listeners costs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    limits = {"SIALOSCOPE_STREAMS_PER_USER": MANY, "SIALOSCOPE_STREAMS": MANY}
    with running_sialoscope(limits) as server:
        asyncio.run(_show_submissions(server))
        with jobs_in(server.database_url):
            for show_part in (_show_crowds, _show_idle):
                asyncio.run(show_part(server, asyncio.run(job_that_goes_on())))


async def _show_submissions(server: Sialoscope) -> None:
    table = example_table().write_csv().encode()
    first, last = [], []
    with server.client() as client:
        for _ in range(JOBS):
            began = time.perf_counter()
            job_id = await asyncio.to_thread(submit, client, table)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            path = f"/api/v1/jobs/{job_id}/events"
            async with get_events(server.port, path, headers) as answer:
                received = [
                    time.perf_counter() - began async for event in answer.events if event.id
                ]
            first.append(received[0])
            last.append(received[-1])
    print(f"\nStreams: {JOBS} jobs of {example_table().height} rows, one after another (ms)")
    print(f"submit to first event: p50 {_ms(first, 50)}, p99 {_ms(first, 99)}")
    print(f"submit to completion:  p50 {_ms(last, 50)}, p99 {_ms(last, 99)}")


async def _show_crowds(server: Sialoscope, job_id: str) -> None:
    print(f"\nOne job's {EVENTS} events to many clients (latencies in ms)")
    heads = ("clients", "delivered", "lost", "first p99", "p50", "p99", "CPU s", "us/event")
    print(f"{'relay':<12}" + "".join(f"{head:>11}" for head in heads))
    for clients in CROWDS:
        first = []
        for relay in (_bare, _web):
            with relay(server, job_id) as target:
                first.append(await _show_crowd(server, target, job_id, clients))
        print(
            f"{'':<12}{'':>11}first event's p99 is {first[1] / first[0]:.1f} times the bare one's"
        )


async def _show_crowd(server: Sialoscope, target: Target, job_id: str, clients: int) -> float:
    """Print one line; return the 99th percentile of the first event's latency, in seconds."""
    async with Redis.from_url(_redis_url(server)) as redis:
        await Publisher(redis).forget(job_id)
    crowd = target.crowd()
    await crowd.gather(clients)
    await asyncio.sleep(SETTLING_S)
    cpu_s = target.cpu_s()
    await _publish(server, job_id, per_s=min(MOST_EVENTS_PER_S, DELIVERIES_PER_S / clients))
    await _until_delivered(crowd, clients * EVENTS)
    cpu_s = target.cpu_s() - cpu_s
    if crowd.broken:
        print(f"{crowd.broken:,} connections broke.")
    crowd.leave()
    every = [each for latencies in crowd.latencies_s.values() for each in latencies]
    numbers = (clients, crowd.delivered, clients * EVENTS - crowd.delivered)
    received = (_ms(crowd.latencies_s[0], 99), _ms(every, 50), _ms(every, 99), f"{cpu_s:.1f}")
    cost = f"{1e6 * cpu_s / crowd.delivered:.0f}"
    cells = [f"{number:,}" for number in numbers] + [*received, cost]
    print(f"{target.name:<12}" + "".join(f"{cell:>11}" for cell in cells), flush=True)
    return float(np.percentile(crowd.latencies_s[0], 99))


async def _show_idle(server: Sialoscope, job_id: str) -> None:
    """The memory of clients whose job has told nothing yet."""
    print(f"\nMemory of the web process for {IDLE_CLIENTS:,} idle clients")
    for relay in (_bare, _web):
        with relay(server, job_id) as target:
            crowd, before = target.crowd(), target.resident_kb()
            await crowd.gather(IDLE_CLIENTS)
            grown = target.resident_kb() - before
            print(f"{target.name:<12}{grown / IDLE_CLIENTS:8.1f} KB a client", flush=True)
            crowd.leave()


async def _publish(server: Sialoscope, job_id: str, *, per_s: float) -> None:
    async with Redis.from_url(_redis_url(server)) as redis:
        publisher = Publisher(redis)
        began = time.monotonic()
        for number in range(EVENTS):
            await asyncio.sleep(max(0, began + number / per_s - time.monotonic()))
            await publisher.publish(
                job_id, Log(level="info", message=stamp(number)), owner=LOCAL_USER
            )


async def _until_delivered(crowd: Crowd, wanted: int) -> None:
    seen, since = -1, time.monotonic()
    while crowd.delivered < wanted and time.monotonic() - since < PATIENCE_S:
        if crowd.delivered > seen:
            seen, since = crowd.delivered, time.monotonic()
        await asyncio.sleep(0.1)


@contextmanager
def _bare(server: Sialoscope, job_id: str) -> Iterator[Target]:
    """The bare relay, in a process that is there for one measurement alone."""
    port, module = free_port(), "tests.perf.bare_relay"
    bare = subprocess.Popen(
        [sys.executable, "-m", module, _redis_url(server), key_of(job_id), str(port)]
    )
    try:
        time.sleep(STARTING_S)
        yield Target("bare", port, "/", bare.pid)
    finally:
        bare.kill()
        bare.wait()


@contextmanager
def _web(server: Sialoscope, job_id: str) -> Iterator[Target]:
    """Sialoscope's web, in a fresh process."""
    server.restart("web")
    time.sleep(STARTING_S)
    (web,) = server.pids("web")
    path = f"/api/v1/jobs/{job_id}/events?after=1-0"
    yield Target("sialoscope", server.port, path, web)


async def job_that_goes_on() -> str:
    """A job that waits for long, so that its stream stays open."""
    job = await a_job(JobStore(), LOCAL_USER)
    later = datetime.now(UTC) + timedelta(days=1)
    await Job.update({Job.not_before: later}).where(Job.id == job.id)
    return job.id


def _redis_url(server: Sialoscope) -> str:
    return f"unix://{broker_socket(server.data)}"


def _ms(seconds: list[float], percent: int) -> str:
    return f"{1000 * float(np.percentile(seconds, percent)):.0f}"
