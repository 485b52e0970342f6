"""``sialoscope ping``: a test event through the channel and a test task through the queue.

It tells how long each took, or which part between does not hand it on.
"""

import argparse
import asyncio
import time

from redis.asyncio import Redis

from app.commands.probe_client import FAULTS, WebAwayError, open_test_stream
from app.contract.tasks import PROBE
from app.progress.probes import Probes
from app.queue.worker_registry import Presence
from app.runtime.redis_connection import connect
from app.server.preflight import require_broker
from app.settings import CannotStartError, Settings

# A worker that has all its places taken by analyses takes a task once one of them ends.
TASK_WITHIN_S = 20


class PingError(CannotStartError):
    """Something does not arrive; the text says which part is to blame and what to do."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Describe the options."""
    text = "where the web is asked (default: on this machine, at SIALOSCOPE_PORT)"
    command.add_argument("--url", default="", help=text)
    text = f"how long a worker may take, in seconds (default: {TASK_WITHIN_S})"
    command.add_argument("--within", type=int, default=TASK_WITHIN_S, metavar="S", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Print how long each took.

    Raises:
        CannotStartError: Redis is away, or something does not arrive.
    """
    asyncio.run(_ping(Settings.from_environment(), arguments.url.rstrip("/"), arguments.within))


async def _ping(settings: Settings, url: str, within_s: int) -> None:
    await require_broker(settings)
    async with connect(settings.redis_url) as redis:
        await _time_redis(redis)
        probes = Probes(redis)
        ticket = await probes.begin()
        try:
            await _time_task(settings, probes, Presence(redis), ticket, within_s)
            await _time_event(url or settings.local_address, probes, ticket)
        finally:
            await probes.end(ticket)


async def _time_redis(redis: Redis) -> None:
    began = time.monotonic()
    await redis.ping()
    _say("Redis", time.monotonic() - began, "answers")


async def _time_task(
    settings: Settings, probes: Probes, presence: Presence, ticket: str, within_s: int
) -> None:
    # Here, because what speaks to workers takes half a second to load.
    from app.queue.broker import create_broker, send_task

    broker = create_broker(settings.redis_url)
    began = time.monotonic()
    await send_task(broker, PROBE, ticket)
    worker = await probes.answered(ticket, within_s=within_s)
    if worker:
        _say("task", time.monotonic() - began, f"came to the worker at {worker}")
    elif await presence.seen():
        raise PingError(
            f"A test task came to no worker within {within_s} s, though there are some: all are "
            "busy, drained or frozen, or were killed just now. Wait longer by --within, see how "
            "they are at /admin/ops, or start more by SIALOSCOPE_WORKERS."
        )
    else:
        raise PingError("There is no worker. Start one by 'sialoscope worker'.")


async def _time_event(url: str, probes: Probes, ticket: str) -> None:
    try:
        async with open_test_stream(url, probes, ticket) as hearing:
            if not await hearing.connected():
                raise PingError(
                    f"The web at {url} opens no stream. Start it by 'sialoscope web', let it reach "
                    "the same REDIS_URL, or look at what stands before it by 'sialoscope doctor'."
                )
            seconds = await hearing.echo_s("ping")
    except (WebAwayError, *FAULTS) as error:
        raise PingError(
            f"The web at {url} cannot be reached ({error}). Start it by 'sialoscope web', or name "
            "its address by --url."
        ) from None
    if seconds is None:
        raise PingError(
            f"The web at {url} does not relay events. Its log tells of its channel to Redis; if "
            "there is nothing, look at what stands before it by 'sialoscope doctor --url'."
        )
    _say("event", seconds, f"came through {url}")


def _say(what: str, seconds: float, how: str) -> None:
    print(f"{what:<6} {seconds * 1000:7.1f} ms  {how}")  # noqa: T201 - the answer of the command
