"""Make the due webhook calls in the background of a worker.

A receiver may take seconds to answer, and an analysis must not wait for that, so the calls have
their own places. Each webhook has at most one place and each owner a few, so the slow receivers of
one owner do not delay others.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from app.db.engine.connect import DATABASE_FAULTS
from app.db.engine.transaction import transaction
from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhook_outbox import (
    claim_delivery,
    end_waiting,
    note_failure,
    note_taken,
    was_taken_since,
)
from app.db.notifications.webhooks import TEST, disable
from app.settings import Settings
from workers.notifications.ended_jobs import EndNotifications

if TYPE_CHECKING:
    from app.notifications.webhooks.call import Answer

PLACES = 32
GONE = "Its receiver wants no more calls: it answered 410."
FAILS = "Every call has failed since {since:%Y-%m-%d %H:%M} UTC; the last time: {says}"

logger = logging.getLogger(__name__)


class WebhookDispatcher:
    """Calls webhooks while any call is due."""

    def __init__(self, settings: Settings, notices: EndNotifications) -> None:
        self._settings = settings
        self._end_notifications = notices
        self._calling: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Make the due calls in the background."""
        if len(self._calling) < PLACES:
            task = asyncio.create_task(self._call_all_due())
            self._calling.add(task)
            task.add_done_callback(self._calling.discard)

    async def close(self) -> None:
        """Stop; another worker repeats the unfinished calls."""
        calling = list(self._calling)
        for task in calling:
            task.cancel()
        await asyncio.gather(*calling, return_exceptions=True)

    async def _call_all_due(self) -> None:
        try:
            while delivery := await claim_delivery():
                self.wake()  # for other due calls
                await self._make(delivery)
        except DATABASE_FAULTS as error:
            logger.warning("Webhooks wait for the database: %s", error)

    async def _make(self, delivery: Delivery) -> None:
        # Most workers call no webhook, so that they need no HTTP client.
        from app.notifications.webhooks.call import call

        webhook = await Webhook.objects().where(Webhook.id == delivery.webhook).first()
        if webhook:  # otherwise it was deleted, with its deliveries
            to_private = self._settings.webhooks_to_private
            answer = await call(webhook, delivery, to_private=to_private)
            await self._note(webhook, delivery, answer)

    async def _note(self, webhook: Webhook, delivery: Delivery, answer: "Answer") -> None:
        if answer.is_taken and answer.status:
            await note_taken(delivery, answer.says, answer.status)
            return
        logger.info("A call of webhook %s failed.", webhook.id)
        # One transaction: no worker claims the next call of a webhook between its last failure and
        # the moment it is disabled.
        async with transaction():
            await self._note_failure(webhook, delivery, answer)

    async def _note_failure(self, webhook: Webhook, delivery: Delivery, answer: "Answer") -> None:
        pauses_s = self._settings.webhook_pauses_s
        is_given_up = await note_failure(delivery, answer.says, answer.status, pauses_s=pauses_s)
        if delivery.event == TEST:
            return
        if answer.is_gone:
            await self._disable(webhook, GONE)
        elif is_given_up and not await was_taken_since(webhook.id, delivery.created_at):
            why = FAILS.format(since=delivery.created_at, says=answer.says)
            await self._disable(webhook, why)

    async def _disable(self, webhook: Webhook, why: str) -> None:
        if await disable(webhook.id, why):
            await end_waiting(webhook.id)
            await self._end_notifications.queue_webhook_disabled(webhook, why)
