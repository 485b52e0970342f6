"""``sialoscope ping``: send a test event through the web and a test task through the queue.

It prints how long each took, or which process did not pass it on.
"""

import argparse
import asyncio
import time

from redis.asyncio import Redis

from app.commands.probe_client import FAULTS, WebAwayError, open_test_stream
from app.contract.tasks import PROBE
from app.progress.probes import Probes
from app.queue.worker_registry import WorkerRegistry
from app.runtime.redis_connection import connect
from app.server.preflight import require_broker
from app.settings import CannotStartError, Settings

# A worker that is busy with analyses starts the test task only after one of them ends.
TASK_WITHIN_S = 20


class PingError(CannotStartError):
    """A test message did not arrive; the text says which process is at fault and what to do."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    text = "the address of the web (default: on this machine, at SIALOSCOPE_PORT)"
    command.add_argument("--url", default="", help=text)
    text = f"how long a worker may take, in seconds (default: {TASK_WITHIN_S})"
    command.add_argument("--within", type=int, default=TASK_WITHIN_S, metavar="S", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Print how long Redis, the task and the event took.

    Raises:
        CannotStartError: Redis does not answer, or a test message does not arrive.
    """
    asyncio.run(_ping(Settings.from_environment(), arguments.url.rstrip("/"), arguments.within))


async def _ping(settings: Settings, url: str, within_s: int) -> None:
    await require_broker(settings)
    async with connect(settings.redis_url) as redis:
        await _time_redis(redis)
        probes = Probes(redis)
        ticket = await probes.begin()
        try:
            await _time_task(settings, probes, WorkerRegistry(redis), ticket, within_s)
            await _time_event(url or settings.local_address, probes, ticket)
        finally:
            await probes.end(ticket)


async def _time_redis(redis: Redis) -> None:
    began = time.monotonic()
    await redis.ping()
    _print_time("Redis", time.monotonic() - began, "answers")


async def _time_task(
    settings: Settings, probes: Probes, worker_registry: WorkerRegistry, ticket: str, within_s: int
) -> None:
    # Imported here because the broker takes half a second to load.
    from app.queue.broker import create_broker, send_task

    broker = create_broker(settings.redis_url)
    began = time.monotonic()
    await send_task(broker, PROBE, ticket)
    worker = await probes.answered(ticket, within_s=within_s)
    if worker:
        _print_time("task", time.monotonic() - began, f"reached the worker at {worker}")
    elif await worker_registry.seen():
        raise PingError(
            f"No worker took the test task within {within_s} s, although some are running: all "
            "are busy, drained or frozen, or have just been killed. Wait longer with --within, "
            "check them at /admin/ops, or run more with SIALOSCOPE_WORKERS."
        )
    else:
        raise PingError("There is no worker. Start one with 'sialoscope worker'.")


async def _time_event(url: str, probes: Probes, ticket: str) -> None:
    try:
        async with open_test_stream(url, probes, ticket) as hearing:
            if not await hearing.connected():
                raise PingError(
                    f"The web at {url} opens no stream. Start it with 'sialoscope web', give it "
                    "the same REDIS_URL, or check its proxy with 'sialoscope doctor'."
                )
            seconds = await hearing.echo_s("ping")
    except (WebAwayError, *FAULTS) as error:
        raise PingError(
            f"The web at {url} cannot be reached ({error}). Start it with 'sialoscope web', or "
            "give its address with --url."
        ) from None
    if seconds is None:
        raise PingError(
            f"The web at {url} does not relay events. Look for Redis errors in its log; if there "
            "are none, check its proxy with 'sialoscope doctor --url'."
        )
    _print_time("event", seconds, f"arrived through {url}")


def _print_time(what: str, seconds: float, how: str) -> None:
    print(f"{what:<6} {seconds * 1000:7.1f} ms  {how}")  # noqa: T201 - the answer of the command
