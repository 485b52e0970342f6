"""Scheduled deletion: expired jobs, links, tokens and e-mails, and orphaned files."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.db.accounts.links import LinkStore
from app.db.accounts.stream_tokens import forget_stream_tokens
from app.db.accounts.tokens import TokenStore
from app.db.data_retention.store import Retention
from app.db.engine.tidy import tidy
from app.db.jobs.changes.bulk_actions import forget_bulk_actions
from app.db.jobs.contents.references import RESULTS, unreferenced
from app.db.jobs.history.attempts import forget_attempts
from app.db.jobs.sharing.shares import forget_shares
from app.db.notifications.alerts import forget_alerts
from app.db.notifications.email_outbox import forget_emails
from app.db.notifications.webhook_outbox import forget_deliveries
from app.db.reviews.keeping import forget_reviews
from app.db.schedules.runs import forget_runs
from app.jobs.delete import remove_what_is_left
from app.progress.publisher import Publisher
from app.settings import Settings
from app.storage import Folder
from app.storage.kept_exports import exports_of, job_ids_of_exports, trim_exports
from workers.schedules.runs import Done

KEEP_EMAILS = timedelta(days=30)
KEEP_DELIVERIES = timedelta(days=30)
KEEP_BULK_ACTIONS = timedelta(days=30)
KEEP_ENDED_TOKENS = timedelta(days=30)
KEEP_HISTORY = timedelta(days=90)
# A file is written before the row that refers to it, so a young file may belong to a new job.
ORPHANED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Cleanup:
    """Deletes expired data; each method can be interrupted and repeated."""

    retention: Retention
    storage: Folder
    publisher: Publisher
    most_export_bytes: int = Settings.kept_exports_bytes

    async def delete_jobs(self) -> Done:
        """Delete the jobs that the data retention rule selects now, as its preview shows.

        Raises:
            StorageAwayError: the storage does not answer; nothing is deleted, to leave no files.
        """
        await asyncio.to_thread(self.storage.check)
        now, jobs, size = datetime.now(UTC), 0, 0
        for job in await self.retention.due_jobs(now):
            if await self.retention.delete_if_due(job, now):
                await forget_shares(job)
                await forget_reviews(job)
                await remove_what_is_left([job], self.storage, self.publisher)
                jobs, size = jobs + 1, size + job.upload_bytes
        return Done.with_counts("Deleted", {"jobs": jobs, "upload_bytes": size})

    async def forget_expired(self) -> Done:
        """Delete expired links and tokens, and the old history of what has ended."""
        now = datetime.now(UTC)
        counts = {
            "links": await LinkStore().forget_old(),
            "tokens": await TokenStore().forget_ended(before=now - KEEP_ENDED_TOKENS),
            "stream_tokens": await forget_stream_tokens(before=now - KEEP_ENDED_TOKENS),
            "letters": await forget_emails(before=now - KEEP_EMAILS),
            "deliveries": await forget_deliveries(before=now - KEEP_DELIVERIES),
            "alerts": await forget_alerts(before=now - KEEP_HISTORY),
            "runs": await forget_runs(before=now - KEEP_HISTORY),
            "bulk_actions": await forget_bulk_actions(before=now - KEEP_BULK_ACTIONS),
            "attempts": await forget_attempts(before=now - KEEP_HISTORY),
        }
        return Done.with_counts("Forgot", counts)

    async def delete_orphans(self) -> Done:
        """Delete files that no job refers to, and unfinished uploads.

        Raises:
            StorageAwayError: some files may remain until the next run.
        """
        await asyncio.to_thread(self.storage.delete_abandoned)
        long_ago = datetime.now(UTC) - ORPHANED_AFTER
        orphans = await unreferenced(
            await asyncio.to_thread(self.storage.untouched_since, long_ago)
        )
        for key in orphans:
            await asyncio.to_thread(self.storage.delete, key)
        counts = {"files": len(orphans), "exports": await self._trim_exports()}
        return Done.with_counts("Deleted what no job points to:", counts)

    async def _trim_exports(self) -> int:
        """Delete exports of deleted jobs, unread ones, and the oldest beyond the size limit."""
        job_ids = await asyncio.to_thread(job_ids_of_exports, self.storage)
        orphans = await unreferenced([f"{RESULTS}{job_id}" for job_id in job_ids])
        for key in orphans:
            await asyncio.to_thread(self.storage.delete, exports_of(key.removeprefix(RESULTS)))
        trimmed = await asyncio.to_thread(
            trim_exports, self.storage, most_bytes=self.most_export_bytes
        )
        return len(orphans) + trimmed


async def tidied() -> Done:
    """Tidy the database, and return what was done."""
    return Done.with_counts("The database is tidy;", await tidy())
