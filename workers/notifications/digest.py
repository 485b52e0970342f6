"""Send digests: e-mails with the outcomes of an owner's jobs since the last digest."""

from datetime import UTC, datetime
from typing import Any

from app.contract.tasks import JobState
from app.db.engine.transaction import transaction
from app.db.notifications.digests import choices_of, ended_jobs, mark_digest_sent, some_ended
from app.db.notifications.email_choices import recipient
from app.db.schedules.tables import OwnerChoice
from app.notifications.email.outbox import Notice, queue_email
from app.settings import Settings
from workers.schedules.runs import Done

DIGEST_STATES = (JobState.SUCCEEDED, JobState.FAILED)
MOST_NAMED = 20


class Digest:
    """Queues digests for the owners who want them."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.address
        self._can_send = bool(settings.smtp_url)

    async def write(self, period: str) -> Done:
        """Queue a digest for each owner who wants one of this period and whose jobs ended."""
        if not self._can_send:
            return Done("This server sends no mail (SIALOSCOPE_SMTP_URL).", {"letters": 0})
        now, letters = datetime.now(UTC), 0
        for choice in await choices_of(period):
            letters += await self._write(choice, now)
        return Done.with_counts("Wrote", {"letters": letters})

    async def _write(self, choice: OwnerChoice, now: datetime) -> bool:
        """Queue a digest, unless no job ended or the owner has no address."""
        reader = await recipient(choice.owner)
        counts = {state: await ended_jobs(state, choice, now) for state in DIGEST_STATES}
        async with transaction():  # so that the digest is queued exactly once
            if not await mark_digest_sent(choice, now) or not reader or not any(counts.values()):
                return False
            parts = [await self._part(state, choice, now, counts[state]) for state in DIGEST_STATES]
            await queue_email(
                reader.address,
                "digest",
                notice=Notice(choice.owner, self._address + reader.unsubscribe),
                name=reader.address,
                period=choice.digest,
                since=choice.digest_until,
                outcomes=[each for each in parts if each["count"]],
                address=self._address,
            )
        return True

    async def _part(
        self, state: JobState, choice: OwnerChoice, until: datetime, count: int
    ) -> dict[str, Any]:
        """Return the part of the digest about jobs that ended in this state."""
        jobs = await some_ended(state, choice, until, limit=MOST_NAMED)
        return {"state": state.value, "count": count, "jobs": jobs, "more": count - len(jobs)}
