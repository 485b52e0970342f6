"""A worker that starts returns the jobs of dead workers of its machine, and of no others."""

import asyncio
import socket
import subprocess

import pytest

from app.db.jobs.store import JobStore
from app.queue.heartbeats import HeartbeatMessage
from app.queue.worker_registry import WorkerRegistry
from app.runtime.redis_connection import connect
from tests.stored_jobs import a_job
from workers.dead_workers import DeadWorkers


def _heartbeat(worker: str) -> HeartbeatMessage:
    return HeartbeatMessage(
        worker=worker,
        host=socket.gethostname(),
        pid=1,
        version="1",
        started_at=0,
        places=1,
        cpu_percent=0,
        memory_bytes=0,
        host_cpu_percent=0,
        host_memory_percent=0,
        is_draining=False,
    )


@pytest.mark.usefixtures("database")
def test_jobs_of_dead_workers_wait_again_when_another_starts(broker_url: str) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    alive = subprocess.Popen(["sleep", "60"])

    async def work() -> None:
        host = socket.gethostname()
        dead, heard = f"{host}:{ended.pid}:0a", f"{host}:{ended.pid}:0b"
        others = [heard, f"{host}:{alive.pid}:0c", f"other-host:{ended.pid}:0d"]
        jobs = JobStore()
        for worker in (dead, *others):
            await a_job(jobs)
            assert await jobs.claim(worker=worker)
        async with connect(broker_url) as redis:
            registry = WorkerRegistry(redis)
            await registry.show(_heartbeat(heard))
            dead_workers = DeadWorkers(jobs, registry, own=f"{host}:1:0e")
            assert await dead_workers.release() == 1
            assert await dead_workers.release() == 0
        assert await jobs.holders(host) == {heard, f"{host}:{alive.pid}:0c"}
        again = await jobs.claim(worker="another")
        assert again
        assert (again.attempt, again.lost_leases) == (2, 1)

    try:
        asyncio.run(work())
    finally:
        alive.kill()
        alive.wait()
