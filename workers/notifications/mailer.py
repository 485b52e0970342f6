"""Send the due e-mails in the background of a worker.

A mail server may take a minute for each, and an analysis must not wait for that.
"""

import asyncio
import logging

from app.db.engine.connect import DATABASE_FAULTS
from app.notifications.email.smtp import MailServer, send_due_emails

PLACES = 2

logger = logging.getLogger(__name__)


class Mailer:
    """Sends e-mails while any is due; does nothing without a mail server."""

    def __init__(self, server: MailServer | None) -> None:
        self._server = server
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Send the due e-mails in the background."""
        if self._server and len(self._sending) < PLACES:
            task = asyncio.create_task(self._send_all_due(self._server))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Stop; another worker sends the unfinished e-mails again."""
        sending = list(self._sending)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _send_all_due(self, server: MailServer) -> None:
        try:
            await send_due_emails(server)
        except DATABASE_FAULTS as error:
            logger.warning("E-mails wait for the database: %s", error)
