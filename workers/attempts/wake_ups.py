"""Wakes a worker when a job may be tried again, without waiting for the next sweep."""

import asyncio
import logging

from taskiq.exceptions import SendTaskError

from app.contract.tasks import ANALYZE
from app.queue.broker import StreamBroker, send_task

logger = logging.getLogger(__name__)


class WakeUps:
    """Sends wake-ups later. One that is lost with this process is sent by the sweeper."""

    def __init__(self, broker: StreamBroker) -> None:
        self._broker = broker
        self._waiting: set[asyncio.Task[None]] = set()

    def later(self, delay_s: float) -> None:
        """Wake a worker after a delay; returns at once."""
        task = asyncio.create_task(self._send(delay_s))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _send(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        try:
            await send_task(self._broker, ANALYZE)
        except SendTaskError as error:
            logger.warning("A job that may be tried again waits for the sweeper: %s", error)
