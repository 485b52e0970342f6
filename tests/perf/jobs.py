"""How many jobs pass through the queue: real workers, broker and rows, analyses that do nothing."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.contract.tasks import ANALYZE, JobState
from app.db import piccolo_conf
from app.db.engine.connect import create_engine, kept_open
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.piccolo_app import APP_CONFIG
from app.queue.broker import create_broker, send_task
from app.settings import Settings
from app.storage import create_storage
from tests.perf import job_split
from tests.perf.bounds import redis_round_trips, transactions
from tests.servers import running_broker, running_postgresql
from tests.stored_jobs import new_job

WORKERS = 2
JOBS = 1000
OWNERS = 4
POLL_S = 0.5
LONGEST_RUN_S = 90


def show() -> None:
    """Print where a job's time goes, and the jobs a second on both databases.

    Beside the latter stands what their parts can do at most.
    """
    job_split.show()
    print(f"\nJobs that analyze nothing, {JOBS:,} of {OWNERS} owners, {WORKERS} workers; a second")
    heads = ("submitted", "run", "redis bound", "database bound", "run to bound")
    print(f"{'':12}" + "".join(f"{head:>16}" for head in heads))
    with TemporaryDirectory() as folder:
        _show("SQLite", f"sqlite:///{folder}/jobs.db")
    with running_postgresql() as server:
        _show("PostgreSQL", server.url)
    print("Beside Django, Channels and Celery: python -m tests.perf stacks")


def _show(name: str, database_url: str) -> None:
    with TemporaryDirectory() as folder, running_broker() as broker:
        environment = {
            **os.environ,
            "SIALOSCOPE_DATA": folder,
            "DATABASE_URL": database_url,
            "REDIS_URL": broker.url,
        }
        subprocess.run([sys.executable, "-m", "app.cli", "migrate"], env=environment, check=True)
        _store_table(environment)
        submitted, ran = asyncio.run(_measure(database_url, broker.url, environment))
        bounds = (redis_round_trips(broker.url), transactions(database_url))
    rates = "".join(f"{rate:16,.0f}" for rate in (submitted, ran, *bounds))
    print(f"{name:12}{rates}{ran / min(bounds):16.2f}", flush=True)


def _store_table(environment: dict[str, str]) -> None:
    """Store the one table of all jobs, which a worker wants to exist."""
    table = create_storage(Settings.from_environment(environment)).path(new_job().upload_key)
    table.parent.mkdir(parents=True)
    table.touch()


async def _measure(
    database_url: str, broker_url: str, environment: dict[str, str]
) -> tuple[float, float]:
    """Jobs submitted and jobs run, each per second."""
    piccolo_conf.DB = create_engine(database_url)
    for table in APP_CONFIG.table_classes:
        table._meta._db = piccolo_conf.DB
    async with kept_open():
        started = time.perf_counter()
        await _submit(broker_url)
        submitted = JOBS / (time.perf_counter() - started)
        with _workers(environment) as workers:
            await _until_all_ended(workers)
        return submitted, await ended_per_second(JOBS)


async def _until_all_ended(workers: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Wait until all jobs have succeeded.

    Raises:
        RuntimeError: a worker has ended.
        TimeoutError: the jobs take too long.
    """
    async with asyncio.timeout(LONGEST_RUN_S):
        while await Job.count().where(Job.state == JobState.SUCCEEDED) < JOBS:
            if any(worker.poll() is not None for worker in workers):
                raise RuntimeError("A worker has ended; its last lines stand above.")
            await asyncio.sleep(POLL_S)


async def _submit(broker_url: str) -> None:
    broker, jobs = create_broker(broker_url), JobStore()
    await broker.startup()
    for number in range(JOBS):
        job = await jobs.add(new_job(f"owner {number % OWNERS}"))
        await send_task(broker, ANALYZE, task_id=job.task_id)
    await broker.shutdown()


async def ended_per_second(latest: int) -> float:
    """Jobs a second between the first and the last end of the latest so many."""
    ends = Job.select(Job.finished_at).order_by(Job.finished_at, ascending=False)
    rows = await ends.limit(latest)
    seconds: float = (rows[0]["finished_at"] - rows[-1]["finished_at"]).total_seconds()
    return (len(rows) - 1) / seconds


@contextmanager
def _workers(environment: dict[str, str]) -> Iterator[Sequence["subprocess.Popen[bytes]"]]:
    """Run workers that are no module of ``tests``, which would change their settings."""
    folder = Path(__file__).parent
    environment = environment | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "noop_worker"]
    running = [subprocess.Popen(command, env=environment, cwd=folder) for _ in range(WORKERS)]
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
