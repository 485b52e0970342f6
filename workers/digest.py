"""The digest by mail: what became of an owner's jobs since the last one."""

from datetime import UTC, datetime
from typing import Any

from app.contract.tasks import JobState
from app.db.engine.transaction import transaction
from app.db.notifications.digests import choices_of, ended_jobs, note_told, some_ended
from app.db.notifications.email_choices import recipient
from app.db.schedules.tables import OwnerChoice
from app.notifications.email.outbox import Notice, queue_letter
from app.settings import Settings
from workers.scheduled import Done

TOLD_STATES = (JobState.SUCCEEDED, JobState.FAILED)
MOST_NAMED = 20


class Digest:
    """Writes the letters of those who want them; the outbox sends them."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.address
        self._can_send = bool(settings.smtp_url)

    async def write(self, period: str) -> Done:
        """Write a letter to each who wants one of this period and whose jobs ended since."""
        if not self._can_send:
            return Done("This server sends no mail (SIALOSCOPE_SMTP_URL).", {"letters": 0})
        now, letters = datetime.now(UTC), 0
        for choice in await choices_of(period):
            letters += await self._write(choice, now)
        return Done.told("Wrote", {"letters": letters})

    async def _write(self, choice: OwnerChoice, now: datetime) -> bool:
        """Write a letter, unless there is nothing to tell or nobody to tell it."""
        reader = await recipient(choice.owner)
        counts = {state: await ended_jobs(state, choice, now) for state in TOLD_STATES}
        async with transaction():  # neither twice nor not at all
            if not await note_told(choice, now) or not reader or not any(counts.values()):
                return False
            told = [await self._told(state, choice, now, counts[state]) for state in TOLD_STATES]
            await queue_letter(
                reader.address,
                "digest",
                notice=Notice(choice.owner, self._address + reader.unsubscribe),
                name=reader.address,
                period=choice.digest,
                since=choice.digest_until,
                told=[each for each in told if each["count"]],
                address=self._address,
            )
        return True

    async def _told(
        self, state: JobState, choice: OwnerChoice, until: datetime, count: int
    ) -> dict[str, Any]:
        """What the letter says of the jobs that ended so."""
        jobs = await some_ended(state, choice, until, limit=MOST_NAMED)
        return {"state": state.value, "count": count, "jobs": jobs, "more": count - len(jobs)}
