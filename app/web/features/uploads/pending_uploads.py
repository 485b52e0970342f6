"""Pending uploads: stored but not started, kept for a day, then deleted by the cleanup."""

from datetime import UTC, datetime, timedelta

import msgspec
from litestar.datastructures import UploadFile
from redis.asyncio import Redis

from app.db.jobs.changes.new_job import new_job_id
from app.db.jobs.quotas.account_quotas import NO_QUOTAS, Quotas
from app.db.jobs.quotas.pending_uploads import add_pending_upload, remove_pending_upload
from app.jobs.errors import UploadError
from app.jobs.upload_files import chunks, clean_name, save_table, suffix
from app.storage import KEPT, KEPT_S, Folder

GONE = (
    "The uploaded table is no longer kept: a day has passed, or it was started. Choose the file "
    "again, or look among the jobs."
)


class PendingUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A pending upload in storage; ``job_id`` is the job that was started with it.

    ``shape`` and ``found_columns`` are those of its first preview: a digest of its header, and the
    header of each role that was found.
    """

    id: str
    owner: str
    file_name: str
    key: str
    size_bytes: int
    sha256: str
    job_id: str | None = None
    shape: str = ""
    found_columns: dict[str, str] = {}


class PendingUploads:
    """Stores the pending uploads of each owner; Redis forgets them after a day."""

    def __init__(self, redis: Redis, storage: Folder, quotas: Quotas = NO_QUOTAS) -> None:
        self._redis = redis
        self._storage = storage
        self._quotas = quotas

    async def keep(self, file: UploadFile, *, owner: str) -> PendingUpload:
        """Store an upload.

        Raises:
            UploadError: It is empty.
            QuotaError: Its owner would exceed the storage quota.
        """
        upload_id, name = new_job_id(), clean_name(file.filename)
        key = f"{KEPT}/{upload_id}{suffix(name)}"
        saved = await save_table(self._storage, key, chunks(file), name=name)
        kept = PendingUpload(
            id=upload_id,
            owner=owner,
            file_name=name,
            key=key,
            size_bytes=saved.size_bytes,
            sha256=saved.sha256,
        )
        await self._count(kept)
        await self._write(kept)
        return kept

    async def get(self, upload_id: str, *, owner: str) -> PendingUpload:
        """The pending upload with an id.

        Raises:
            UploadError: There is none.
        """
        record = await self._redis.get(_name(upload_id))
        kept = msgspec.json.decode(record, type=PendingUpload) if record else None
        if kept is None or kept.owner != owner:
            raise UploadError(GONE)
        return kept

    async def note_shape(
        self, kept: PendingUpload, shape: str, found_columns: dict[str, str]
    ) -> PendingUpload:
        """Record the shape of a table and the columns that were found in it."""
        noted = msgspec.structs.replace(kept, shape=shape, found_columns=found_columns)
        if noted != kept:
            await self._write(noted)
        return noted

    async def discard(self, kept: PendingUpload) -> None:
        """Delete an upload that nobody wants to start."""
        await self._redis.delete(_name(kept.id))
        await self._storage.discard(kept.key)
        await remove_pending_upload(kept.id)

    async def let_go(self, kept: PendingUpload, *, job_id: str) -> None:
        """Record the job that now has the upload, and delete the stored file."""
        if kept.job_id == job_id:
            return
        await self._write(msgspec.structs.replace(kept, job_id=job_id))
        await self._storage.discard(kept.key)

    async def _count(self, kept: PendingUpload) -> None:
        expires_at = datetime.now(UTC) + timedelta(seconds=KEPT_S)
        try:
            await add_pending_upload(
                kept.id,
                owner=kept.owner,
                size_bytes=kept.size_bytes,
                expires_at=expires_at,
                quotas=self._quotas,
            )
        except BaseException:
            await self._storage.discard(kept.key)
            raise

    async def _write(self, kept: PendingUpload) -> None:
        await self._redis.set(_name(kept.id), msgspec.json.encode(kept), ex=KEPT_S)


def _name(upload_id: str) -> str:
    return f"sialoscope:upload:{upload_id}"
