"""Makes exports in limited processes, few at a time, and caches them.

Readers of the same file share its making. When the last of them leaves, the process is killed. The
web itself never holds a file in memory: it is written, cached and sent from the disk.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, NamedTuple

import msgspec

from app.analysis.reporting.formats.format import ExportFormat
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job
from app.runtime.file_locks import FileLocks
from app.runtime.limited_process import Limits
from app.runtime.places import Places
from app.storage import Folder
from app.storage.kept_exports import (
    export_key,
    exports_of,
    folder_for_making,
    is_kept,
    mark_read,
    trim_exports,
)
from app.web.features.results.downloads.job_export import source_of
from app.web.features.results.downloads.order import carry_out
from app.web.features.results.downloads.process import Amounts, Order
from app.web.features.results.downloads.source import Source
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.rows import result_of

LONGEST_S = 280  # less than nginx's timeout
LOOK_EVERY_S = 0.2
AS_FOUND = Amounts()


class _Wanted(NamedTuple):
    """A file that is to be made."""

    job: Job
    kind: ExportFormat
    amounts: Amounts


@dataclass
class _Making:
    """A file that is being made, and how many readers wait for it."""

    task: "asyncio.Task[None]"
    readers: int = 0


@dataclass(frozen=True, kw_only=True)
class Exports:
    """Makes, caches and opens the exports of finished jobs."""

    storage: Folder
    places: Places
    locks: FileLocks
    memory_bytes: int
    most_kept_bytes: int
    _makings: dict[str, _Making] = field(default_factory=dict)

    async def open_export(
        self, job: Job, kind: ExportFormat, amounts: Amounts = AS_FOUND, *, user: str
    ) -> IO[bytes]:
        """Open the export of a job, from the cache or made now; ``amounts`` are for quantities.

        Raises:
            JobConflictError: The job has no result with a record.
            JobNotFoundError: The job was deleted in the meantime.
            ExportError: The result does not fit the format.
            NoPlaceError: Too many exports are being made.
            CannotMakeError: The export needs too much memory or time.
            OSError: The disk is full.
        """
        result_of(job, self.storage)  # raises if there is no result
        key = _key(job, kind, amounts)
        if file := await asyncio.to_thread(self._opened, key):
            return file
        await self._wait_for(key, _Wanted(job, kind, amounts), user)
        if file := await asyncio.to_thread(self._opened, key):
            return file
        raise JobNotFoundError(f"There is no job {job.id}.")

    async def is_kept(self, job: Job, kind: ExportFormat, amounts: Amounts) -> bool:
        """Whether the export of a job is in the cache.

        Raises:
            JobConflictError: The job has no result.
        """
        result_of(job, self.storage)  # raises if there is no result
        key = _key(job, kind, amounts)
        return await asyncio.to_thread(is_kept, self.storage, key)

    async def open_archive(
        self, sources: list[Source], refused: list[str], kind: ExportFormat, *, user: str
    ) -> IO[bytes]:
        """Open a new ZIP of many exports, which is not cached: it would outlive deleted jobs.

        Raises:
            JobConflictError: The archive would be empty.
            NoPlaceError, CannotMakeError, OSError: As for ``open_export``.
        """
        order = Order(path="", format=kind.name, sources=sources, is_archive=True, refused=refused)
        return await self._made_once(order, user)

    async def open_rows(
        self, job: Job, kind: ExportFormat, which: RowFilter, *, user: str
    ) -> IO[bytes]:
        """Open a new file of the rows that match a filter, which is not cached: filters are many.

        Raises:
            JobConflictError: The job has no result with a record.
            ExportError, NoPlaceError, CannotMakeError, OSError: As for ``open_export``.
        """
        source = await asyncio.to_thread(source_of, job, self.storage, kind, which)
        return await self._made_once(Order(path="", format=kind.name, sources=[source]), user)

    async def _made_once(self, order: Order, user: str) -> IO[bytes]:
        async with self.places.taken(user):
            with folder_for_making(self.storage) as folder:
                path = folder / "export"
                order = msgspec.structs.replace(order, path=str(path))
                await carry_out(order, folder, Limits(self.memory_bytes, LONGEST_S))
                return await asyncio.to_thread(path.open, "rb")

    async def _wait_for(self, key: str, wanted: _Wanted, user: str) -> None:
        making = self._makings.get(key) or await self._begin(key, wanted, user)
        making.readers += 1
        try:
            await asyncio.shield(making.task)
        finally:
            making.readers -= 1
            if not making.readers and not making.task.done():
                self._forget(key, making)
                making.task.cancel()
                await asyncio.wait((making.task,))

    async def _begin(self, key: str, wanted: _Wanted, user: str) -> _Making:
        give_back = await self.places.take(user)
        if making := self._makings.get(key):  # begun while this one waited for its place
            give_back()
            return making
        making = _Making(asyncio.create_task(self._make(key, wanted)))
        self._makings[key] = making
        making.task.add_done_callback(lambda _: self._end(key, making, give_back))
        return making

    def _end(self, key: str, making: _Making, give_back: Callable[[], None]) -> None:
        give_back()
        self._forget(key, making)
        if not making.task.cancelled():
            making.task.exception()  # its readers have the error, or have left

    def _forget(self, key: str, making: _Making) -> None:
        if self._makings.get(key) is making:
            del self._makings[key]

    async def _make(self, key: str, wanted: _Wanted) -> None:
        """Make a file unless another web process of this machine has made it."""
        while not self.locks.take(key):  # noqa: ASYNC110 - another process gives it back
            await asyncio.sleep(LOOK_EVERY_S)
        try:
            if not await asyncio.to_thread(is_kept, self.storage, key):
                await self._make_alone(key, *wanted)
        finally:
            self.locks.give_back(key)

    async def _make_alone(self, key: str, job: Job, kind: ExportFormat, amounts: Amounts) -> None:
        with folder_for_making(self.storage) as folder:
            path = folder / "export"
            source = await asyncio.to_thread(source_of, job, self.storage, kind)
            order = Order(path=str(path), format=kind.name, sources=[source], amounts=amounts)
            await carry_out(order, folder, Limits(self.memory_bytes, LONGEST_S))
            await asyncio.to_thread(self.storage.adopt, key, path)
        await asyncio.to_thread(self.storage.keep_only, key.rpartition("/")[0])
        await asyncio.to_thread(trim_exports, self.storage, most_bytes=self.most_kept_bytes)
        if not await Job.exists().where(Job.id == job.id):  # deleted meanwhile
            await self.storage.discard(exports_of(job.id))

    def _opened(self, key: str) -> IO[bytes] | None:
        with suppress(FileNotFoundError):
            file = self.storage.local(key).open("rb")
            mark_read(self.storage, key)
            return file
        return None


def _key(job: Job, kind: ExportFormat, amounts: Amounts) -> str:
    """The key of a file: other amounts make another file, and so does the sign-off."""
    digest = "" if amounts == AS_FOUND else sha256(msgspec.json.encode(amounts)).hexdigest()[:16]
    parts = (kind.name, digest, "signed-off" if job.signed_off_at else "")
    return export_key(job.result_key, job.id, f"{'-'.join(filter(None, parts))}.{kind.suffix}")
