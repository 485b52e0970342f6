"""Returns the jobs of a worker that was killed to the queue, in a process of its own."""

import logging
import socket
from contextlib import suppress

from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.observability.metrics.measured import LOST_LEASES
from app.observability.metrics.tally import Tally
from app.runtime.redis_connection import connect
from app.settings import Settings

logger = logging.getLogger("sialoscope.up")


async def release_jobs(settings: Settings, pid: int) -> None:
    """Return the jobs of a worker that has ended to the queue; the scheduler wakes another."""
    try:
        released = await JobStore().release_held_by(f"{socket.gethostname()}:{pid}")
    except DATABASE_FAULTS as error:
        logger.warning("The jobs of a dead worker wait until their leases expire: %s", error)
        return
    if released:
        logger.warning("Returned %d jobs of a worker that ended to the queue.", released)
        LOST_LEASES.inc(released)
        with suppress(RedisError):
            async with connect(settings.redis_url) as redis:
                await Tally(redis).send()
