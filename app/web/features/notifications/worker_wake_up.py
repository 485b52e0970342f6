"""Wakes a worker for e-mails and webhooks; if that fails, the sweeper finds them."""

import logging
from dataclasses import dataclass

from taskiq.exceptions import SendTaskError

from app.contract.tasks import SEND_NOTIFICATIONS
from app.queue.broker import StreamBroker, send_task

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerWaker:
    """Wakes a worker, which sends what is in the outboxes."""

    broker: StreamBroker

    async def wake(self) -> None:
        """Wake a worker."""
        try:
            await send_task(self.broker, SEND_NOTIFICATIONS)
        except SendTaskError as error:
            logger.warning("The outboxes wait for the sweeper: %s", error.__cause__)
