"""Count pending uploads, which wait to be started, for the storage quota of their owner."""

from datetime import UTC, datetime

from app.db.jobs.quotas.account_quotas import Quotas, quotas_of
from app.db.jobs.quotas.checks import one_at_a_time, require_storage
from app.db.jobs.tables import PendingUploadSize


async def add_pending_upload(
    upload_id: str, *, owner: str, size_bytes: int, expires_at: datetime, quotas: Quotas
) -> None:
    """Count an upload for the quota until it is started or expires.

    Raises:
        QuotaError: the owner would exceed the storage quota.
    """
    row = PendingUploadSize(id=upload_id, owner=owner, bytes=size_bytes, expires_at=expires_at)
    async with one_at_a_time(owner):
        await PendingUploadSize.delete().where(PendingUploadSize.expires_at < datetime.now(UTC))
        await PendingUploadSize.insert(row)
        await require_storage(owner, (await quotas_of(owner, quotas)).storage_mb)


async def remove_pending_upload(upload_id: str) -> None:
    """Stop counting an upload that was discarded."""
    await PendingUploadSize.delete().where(PendingUploadSize.id == upload_id)
