"""Queue the notifications of a job that has ended: an e-mail to its owner and webhook calls.

The ids of e-mails and deliveries are derived from the end of the job. If a worker dies in between,
the next one queues the same ids, so nothing is sent twice.
"""

from uuid import NAMESPACE_URL, uuid5

import msgspec

from app.contract.tasks import JobState
from app.db.notifications.email_choices import DONE, FAILED, WEBHOOK, choice_of, recipient
from app.db.notifications.endings import forget_ending, oldest_endings
from app.db.notifications.tables import Ending, Webhook
from app.db.notifications.webhook_outbox import queue_delivery
from app.db.notifications.webhooks import EVENT_OF, webhooks_for
from app.notifications.email.outbox import Notice, queue_email
from app.notifications.webhooks.payload import job_ended
from app.settings import Settings

# The most ends to process at a time; the next call continues.
MOST_ENDINGS = 500
EMAIL_KIND_OF = {JobState.SUCCEEDED: DONE, JobState.FAILED: FAILED}


class EndNotifications:
    """Puts e-mails and webhook calls for ended jobs into their outboxes."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.address
        self._sends_mail = bool(settings.smtp_url)

    async def queue(self) -> bool:
        """Queue the notifications of all jobs that have ended; return whether there were any."""
        has_queued = False
        while endings := await oldest_endings(MOST_ENDINGS):
            for ending in endings:
                has_queued |= await self._queue_deliveries(ending)
                has_queued |= self._sends_mail and await self._queue_email(ending)
                await forget_ending(ending)
            if len(endings) < MOST_ENDINGS:  # whoever ends another job looks again
                break
        return has_queued

    async def queue_webhook_disabled(self, webhook: Webhook, why: str) -> None:
        """Queue an e-mail to the owner of a disabled webhook, if the owner chose such e-mails."""
        is_wanted = WEBHOOK in (await choice_of(webhook.owner)).kinds.split()
        found = await recipient(webhook.owner) if is_wanted and self._sends_mail else None
        if found:
            notice = Notice(webhook.owner, self._address + found.unsubscribe)
            link = f"{self._address}/webhooks/{webhook.id}"
            values = {"url": webhook.url, "why": why, "link": link}
            await queue_email(found.address, "webhook_disabled", notice=notice, **values)

    async def _queue_deliveries(self, ending: Ending) -> bool:
        event = EVENT_OF[JobState(ending.state)]
        webhooks = await webhooks_for(ending.owner, event)
        if not webhooks:
            return False
        body = job_ended(ending, event, address=self._address)
        for webhook in webhooks:
            delivery_id = _id(ending, webhook.id)
            await queue_delivery(delivery_id, webhook, event, body, job_id=ending.job_id)
        return True

    async def _queue_email(self, ending: Ending) -> bool:
        choice = await choice_of(ending.owner)
        if EMAIL_KIND_OF.get(JobState(ending.state)) not in choice.kinds.split():
            return False
        found = await recipient(ending.owner)
        if found is None:  # the account was disabled meanwhile
            return False
        unsubscribe = self._address + found.unsubscribe
        notice = Notice(ending.owner, unsubscribe, _id(ending, "letter"))
        await queue_email(found.address, "ended", notice=notice, **self._template_values(ending))
        return True

    def _template_values(self, ending: Ending) -> dict[str, object]:
        is_done = ending.state == JobState.SUCCEEDED
        summary = msgspec.json.decode(ending.summary) if ending.summary else {}
        page = f"{self._address}/jobs/{ending.job_id}"
        return {
            "is_done": is_done,
            "file_name": ending.file_name,
            "message": ending.message,
            "counts": summary.get("counts", {}) if is_done else {},
            "link": f"{page}/result" if is_done else page,
        }


def _id(ending: Ending, receiver: str) -> str:
    """Return an id for one end of a job and one receiver.

    A restarted job ends again, but never twice at the same time.
    """
    name = f"{ending.job_id}:{ending.finished_at.isoformat()}:{receiver}"
    return uuid5(NAMESPACE_URL, name).hex
