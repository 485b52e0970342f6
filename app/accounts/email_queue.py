"""Sends e-mails from the web: queues them and wakes a worker."""

import logging
from dataclasses import dataclass

from taskiq.exceptions import SendTaskError

from app.accounts.security_emails import SecurityEmail, queue_security_email
from app.contract.tasks import SEND_EMAILS
from app.db.accounts.tables import Account
from app.notifications.email.outbox import queue_email
from app.queue.broker import StreamBroker, send_task
from app.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmailQueue:
    """Queues e-mails, if mail is configured."""

    settings: Settings
    broker: StreamBroker

    @property
    def is_set_up(self) -> bool:
        """Whether this installation can send mail."""
        return bool(self.settings.smtp_url)

    def link(self, path: str) -> str:
        """The address of a page for an e-mail; from the settings, never from a request's host."""
        return self.settings.address + path

    async def write_to_account(
        self, account: Account, what: SecurityEmail, *, detail: str = ""
    ) -> None:
        """E-mail the user of an account about a change of its security, if mail is configured."""
        if await queue_security_email(self.settings, account, what, detail=detail):
            await self._wake()

    async def send(self, to: str, template: str, **values: object) -> None:
        """Queue an e-mail; if no worker can be woken, the sweeper sends it later."""
        await queue_email(to, template, notice=None, **values)
        await self._wake()

    async def _wake(self) -> None:
        try:
            await send_task(self.broker, SEND_EMAILS)
        except SendTaskError as error:
            logger.warning("An e-mail waits for the sweeper: %s", error.__cause__)
