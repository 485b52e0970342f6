"""Many listeners and many workers at once: several web processes over one Redis, and its limit.

The workers are simulated: each sends real heartbeats, claims a real job from the queue, publishes
the events of a job that runs for half a minute, and ends it. Only the analysis is left out. Each
job has listeners of its own, spread over the web processes by the system.
"""

import asyncio
import os
import resource
import socket
import time
from collections.abc import Iterable
from itertools import chain

import numpy as np
from redis.asyncio import Redis

from app.contract.events import Log
from app.db.jobs.changes.held_jobs import Standing
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import publish_missing_end
from app.progress.publisher import Fence, Publisher
from app.queue.heartbeats import SHOWN_EVERY_S, HeartbeatMessage
from app.queue.worker_registry import WorkerRegistry
from app.runtime.login_token import LOCAL_USER
from app.settings import broker_socket
from app.version import __version__
from tests.perf.crowd import Crowd, stamp
from tests.perf.scaling import cpu_s_of
from tests.servers import (
    TOKEN,
    Sialoscope,
    jobs_in,
    running_postgresql,
    running_sialoscope,
    wait_until,
)
from tests.stored_jobs import a_job

WEBS = 3
WORKERS = 100
LISTENERS = 10_000
EVENTS = 30
EVERY_S = 1.0
PATIENCE_S = 60
LOOKED_EVERY_S = 0.2
FLOOD = 20_000
FLOOD_AT_ONCE = 50
MANY = "20000"
ENVIRONMENT = {
    "SIALOSCOPE_WEB_WORKERS": str(WEBS),
    "SIALOSCOPE_STREAMS_PER_USER": MANY,
    "SIALOSCOPE_STREAMS": MANY,
}


def show() -> None:
    """Print what listeners and workers get and cost, and where one Redis ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"\nFleet: {LISTENERS:,} listeners, {WORKERS} workers, {WEBS} web processes, PostgreSQL")
    with (
        running_postgresql() as postgresql,
        running_sialoscope(ENVIRONMENT | postgresql.new_database()) as server,
    ):
        _drain_the_real_worker(server)
        with jobs_in(server.database_url):
            asyncio.run(_show_fleet(server))
            asyncio.run(_show_limit(server))


def _drain_the_real_worker(server: Sialoscope) -> None:
    with server.client() as client:

        def workers() -> list[dict[str, str]]:
            found: list[dict[str, str]] = client.get("/api/v1/ops").json()["workers"]
            return found

        wait_until(lambda: bool(workers()))
        for worker in workers():
            client.post(f"/api/v1/ops/workers/{worker['worker']}/drain").raise_for_status()
        wait_until(lambda: {worker["status"] for worker in workers()} == {"drained"})


async def _show_fleet(server: Sialoscope) -> None:
    jobs = [await a_job(JobStore(), LOCAL_USER) for _ in range(WORKERS)]
    crowds = {job.id: Crowd(server.port, _request(job)) for job in jobs}
    began = time.monotonic()
    for number, crowd in enumerate(crowds.values()):
        await crowd.gather(LISTENERS // WORKERS, first_number=number * LISTENERS // WORKERS)
    print(f"all streams stand after {time.monotonic() - began:.1f} s")
    pids = {"web": server.pids("web"), "Redis": server.broker_pids()}
    before = {part: sum(map(cpu_s_of, found)) for part, found in pids.items()}
    began = time.monotonic()
    async with _redis(server) as redis:
        await asyncio.gather(*(_work(redis, crowds, number) for number in range(WORKERS)))
        await _until_delivered(crowds.values())
    seconds = time.monotonic() - began
    _print_delivered(crowds.values(), seconds)
    counted = {"web": (LISTENERS * EVENTS, "delivery"), "Redis": (WORKERS * EVENTS, "event")}
    for part, (number, what) in counted.items():
        cpu_s = sum(map(cpu_s_of, pids[part])) - before[part]
        print(f"CPU of {part}: {cpu_s:.1f} s, {1e6 * cpu_s / number:.0f} us for each {what}")
    await _print_ends(jobs)
    for crowd in crowds.values():
        crowd.leave()


async def _work(redis: Redis, crowds: dict[str, Crowd], number: int) -> None:
    """Be a worker for one job: heartbeats, claim, events, end."""
    store, publisher = JobStore(), Publisher(redis)
    name = f"fleet:{number}"
    showing = asyncio.create_task(_show_heartbeats(redis, name))
    job = await store.claim(worker=name)
    assert job, "No job waits."
    assert job.id in crowds
    began = time.monotonic() + EVERY_S * number / WORKERS
    for event in range(EVENTS):
        await asyncio.sleep(max(0, began + event * EVERY_S - time.monotonic()))
        line = Log(level="info", message=stamp(event))
        await publisher.publish(job.id, line, owner=job.owner, fence=Fence(job.attempt, event + 1))
        assert await store.standing(job, renew=True) is Standing.WANTED
    await store.fail(job, message="The bench ends here.", error="no analysis")
    ended = await Job.objects().get(Job.id == job.id)
    assert ended
    await publish_missing_end(ended, store, publisher)
    showing.cancel()


async def _show_heartbeats(redis: Redis, name: str) -> None:
    registry, started_at = WorkerRegistry(redis), time.time()
    while True:
        heartbeat = HeartbeatMessage(
            worker=name,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            started_at=started_at,
            places=1,
            cpu_percent=0,
            memory_bytes=0,
            host_cpu_percent=0,
            host_memory_percent=0,
            is_draining=False,
        )
        await registry.show(heartbeat)
        await asyncio.sleep(SHOWN_EVERY_S)


async def _until_delivered(crowds: Iterable[Crowd]) -> None:
    crowds, seen, since = list(crowds), -1, time.monotonic()
    wanted = LISTENERS * EVENTS
    while time.monotonic() - since < PATIENCE_S:
        delivered = sum(crowd.delivered for crowd in crowds)
        if delivered >= wanted:
            return
        if delivered > seen:
            seen, since = delivered, time.monotonic()
        await asyncio.sleep(LOOKED_EVERY_S)


def _print_delivered(crowds: Iterable[Crowd], seconds: float) -> None:
    crowds = list(crowds)
    delivered = sum(crowd.delivered for crowd in crowds)
    by_event = chain.from_iterable(crowd.latencies_s.values() for crowd in crowds)
    every = 1000 * np.fromiter(chain.from_iterable(by_event), dtype=float)
    p50, p99 = np.percentile(every, [50, 99])
    print(
        f"delivered {delivered:,} in {seconds:.0f} s, lost {LISTENERS * EVENTS - delivered:,}, "
        f"broken {sum(crowd.broken for crowd in crowds):,}, p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    )


async def _print_ends(jobs: list[Job]) -> None:
    states = await Job.select(Job.state).where(Job.id.is_in([job.id for job in jobs]))
    ended = sum(row["state"] == "failed" for row in states)
    print(f"{ended} of {len(jobs)} jobs ended, each claimed by one worker")


async def _show_limit(server: Sialoscope) -> None:
    """Publish as fast as it goes, and divide by what Redis used: its limit on a core of its own."""
    jobs = [await a_job(JobStore(), LOCAL_USER) for _ in range(FLOOD_AT_ONCE)]
    (redis_pid,) = server.broker_pids()
    async with _redis(server) as redis:
        before = cpu_s_of(redis_pid)
        await asyncio.gather(*(_flood(Publisher(redis), job) for job in jobs))
        cpu_s = cpu_s_of(redis_pid) - before
    print(f"one Redis: {1e6 * cpu_s / FLOOD:.0f} us an event, {FLOOD / cpu_s:,.0f} events a second")


async def _flood(publisher: Publisher, job: Job) -> None:
    for event in range(FLOOD // FLOOD_AT_ONCE):
        line = Log(level="info", message=stamp(event))
        await publisher.publish(job.id, line, owner=job.owner)


def _request(job: Job) -> bytes:
    path = f"/api/v1/jobs/{job.id}/events?after=1-0"
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
    )


def _redis(server: Sialoscope) -> Redis:
    """A connection for each worker and its heartbeats, as real ones have."""
    url = f"unix://{broker_socket(server.data)}"
    return Redis.from_url(url, max_connections=3 * WORKERS)
