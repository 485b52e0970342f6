"""Whether workers and a scheduler are alive, as the queue and the last sweep tell."""

import asyncio

from redis.exceptions import RedisError

from app.broker import create_broker
from app.contract.tasks import SWEEP
from app.doctor.finding import Findings, Installation, error, ok
from app.redis_server import connect

SCHEDULED = f"sialoscope:scheduled:{SWEEP}"
# The sweeper is sent every 10 s; the mark of that is gone for a moment before the next.
PATIENCE_S = 3


async def check(installation: Installation) -> Findings:
    """Look for the marks that they leave in Redis."""
    url = installation.settings.redis_url
    try:
        workers = await create_broker(url).workers()
        has_scheduler = await _has_scheduler(url)
    except (RedisError, OSError):
        return  # told by the check of Redis
    if not workers:
        yield error(
            "processes-worker",
            "No worker has shown itself for a minute.",
            why="Jobs wait for ever.",
            remedy="sialoscope worker  # or: sialoscope up",
        )
    if not has_scheduler:
        yield error(
            "processes-scheduler",
            "No scheduler has sent its tasks of late.",
            why="Jobs that lost their worker, letters and the cleanup wait.",
            remedy="sialoscope scheduler  # or: sialoscope up",
        )
    if workers and has_scheduler:
        yield ok("processes", f"{workers} workers and a scheduler are alive.")


async def _has_scheduler(url: str) -> bool:
    async with connect(url) as redis:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await redis.exists(SCHEDULED):  # noqa: ASYNC110 - a key tells nobody
                    await asyncio.sleep(0.1)
                return True
        except TimeoutError:
            return False
