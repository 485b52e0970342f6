"""Look for due e-mails and webhook calls beside the tasks of a worker.

Wake-ups for them wait in the same queue as jobs. While long analyses fill the places of all
workers, these wake-ups wait too, and a password reset must not wait half an hour.
"""

import logging
from collections.abc import Awaitable, Callable

from app.db.engine.connect import DATABASE_FAULTS
from app.runtime.background import Background, repeat

LOOK_EVERY_S = 5

logger = logging.getLogger(__name__)


class OutboxWatch:
    """Calls ``send_due`` at a fixed interval while the worker takes tasks."""

    def __init__(
        self,
        send_due: Callable[[], Awaitable[None]],
        *,
        rests: Callable[[], bool],
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._send_due = send_due
        self._every_s = every_s
        self._rests = rests
        self._background = Background()

    async def start(self) -> None:
        """Start to look in the background; returns at once."""
        self._background.start(
            repeat(
                self._look,
                every_s=self._every_s,
                faults=DATABASE_FAULTS,
                problem="The outboxes wait for the database",
            )
        )

    async def stop(self) -> None:
        """Stop looking."""
        await self._background.stop()

    async def _look(self) -> None:
        try:
            if not self._rests():
                await self._send_due()
        except DATABASE_FAULTS:
            raise
        except Exception:  # one bad row must not hold up all later e-mails
            logger.exception("The outboxes could not be sent.")
