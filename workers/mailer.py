"""Sends the e-mails that are due, beside the tasks of the worker.

A mail server may take a minute for each, which must not keep a place from an analysis.
"""

import asyncio
import logging

from app.db.engine.connect import DATABASE_FAULTS
from app.notifications.email.smtp import MailServer, send_due_letters

PLACES = 2

logger = logging.getLogger(__name__)


class Mailer:
    """Sends e-mails while any is due; none without a mail server."""

    def __init__(self, server: MailServer | None) -> None:
        self._server = server
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Send what is due, in the background."""
        if self._server and len(self._sending) < PLACES:
            task = asyncio.create_task(self._send_all_due(self._server))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Break off; another worker sends once more what was under way."""
        sending = list(self._sending)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _send_all_due(self, server: MailServer) -> None:
        try:
            await send_due_letters(server)
        except DATABASE_FAULTS as error:
            logger.warning("E-mails wait for the database: %s", error)
