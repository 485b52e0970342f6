"""Store uploads and results as objects of a bucket, with a cache folder on this machine.

Every file is first written to the cache and then sent whole, so nobody sees half a file. Files are
read from the cache, because Polars scans local files. A file never changes under its key, so a copy
in the cache is always right.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from boto3.s3.transfer import TransferConfig

from app.storage.cache import make_room
from app.storage.errors import StorageAwayError
from app.storage.folder import ABANDONED_AFTER_S, KEPT, PERMANENT, Folder
from app.storage.s3_client import s3_client, storage_errors
from app.storage.stored_files import Saved, StorageSize, Stored

PART_BYTES = 16 * 1024 * 1024
TRANSFER = TransferConfig(
    multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4
)
# The most keys that one call of the service accepts.
DELETED_AT_ONCE = 1000


class Bucket(Folder):
    """A folder that caches files of a bucket, below ``prefix``, and sends new files to it."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        folder: Path,
        *,
        most_local_bytes: int,
        endpoint: str | None = None,
        region: str | None = None,
    ) -> None:
        super().__init__(folder)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._most_local_bytes = most_local_bytes
        self._client = s3_client(endpoint, region)

    def check(self) -> None:
        """Make sure that the bucket can be reached with these credentials."""
        super().check()
        with storage_errors():
            self._client.head_bucket(Bucket=self._bucket)

    def local(self, key: str) -> Path:
        """Return the local copy of a file, which is fetched if there is none."""
        path = self.path(key)
        try:
            os.utime(path)  # marks it as in use
        except FileNotFoundError:
            self._fetch(key, path)
        return path

    def publish(self, key: str) -> None:
        """Send the files below the path of a key to the bucket."""
        for path in self.path(key).iterdir():
            self._send(f"{key}/{path.name}")
        self._make_room()

    def adopt(self, key: str, path: Path) -> None:
        """Move a local file to a key, then send it."""
        super().adopt(key, path)
        self._send_or_delete(key)

    def put(self, key: str, content: bytes) -> None:
        """Write a small file here, then send it."""
        super().put(key, content)
        self._send_or_delete(key)

    def _send_or_delete(self, key: str) -> None:
        """Send a file that was just written; delete it here if the bucket does not take it."""
        try:
            self._send(key)
        except BaseException:
            super().delete(key)
            raise

    def stored(self, top: str) -> list[Stored]:
        """Return the files of the bucket below a key."""
        return [
            Stored(
                each["Key"].removeprefix(self._prefix),
                each["LastModified"].timestamp(),
                each["Size"],
            )
            for each in self._listed("list_objects_v2", "Contents", f"{top}/")
        ]

    async def save(self, key: str, chunks: AsyncIterator[bytes]) -> Saved:
        """Write a stream to the local disk as it arrives, then send it."""
        saved = await super().save(key, chunks)
        try:
            await anyio.to_thread.run_sync(self._send, key)
        except BaseException:
            super().delete(key)
            raise
        await anyio.to_thread.run_sync(self._make_room)
        return saved

    def share(self, key: str, other_key: str) -> None:
        """Copy a file within the bucket, without a transfer to this machine."""
        source = {"Bucket": self._bucket, "Key": self._object(key)}
        with storage_errors(key):
            self._client.copy(source, self._bucket, self._object(other_key), Config=TRANSFER)
        with suppress(FileNotFoundError):  # not on this machine
            super().share(key, other_key)

    def delete(self, key: str) -> None:
        """Remove a file, or all files below a key, here and in the bucket."""
        super().delete(key)
        self._remove(self._objects(key))

    def delete_all(self, keys: Sequence[str]) -> None:
        """Remove files, or all files below keys, here and in the bucket."""
        for key in keys:
            super().delete(key)
        self._remove([each for key in keys for each in self._objects(key)])

    def keep_only(self, key: str) -> None:
        """Remove everything beside a key in its folder."""
        super().keep_only(key)
        beside, kept = self._below(f"{Path(key).parent}/"), self._object(key)
        self._remove(each for each in beside if each != kept and not each.startswith(f"{kept}/"))

    def delete_abandoned(self) -> None:
        """Remove uploads that nobody started within a day, and parts of unfinished transfers."""
        self._make_room()
        long_ago = datetime.now(UTC) - timedelta(seconds=ABANDONED_AFTER_S)
        kept = self._listed("list_objects_v2", "Contents", f"{KEPT}/")
        self._remove(each["Key"] for each in kept if each["LastModified"] < long_ago)
        for each in self._listed("list_multipart_uploads", "Uploads", ""):
            if each["Initiated"] < long_ago:
                with suppress(FileNotFoundError), storage_errors(each["Key"]):  # already aborted
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=each["Key"], UploadId=each["UploadId"]
                    )

    def _make_room(self) -> None:
        make_room(self.root, most_bytes=self._most_local_bytes)

    def _measured(self) -> StorageSize:
        taken: Counter[str] = Counter()
        for each in self._listed("list_objects_v2", "Contents", ""):
            taken[each["Key"].removeprefix(self._prefix).partition("/")[0]] += each["Size"]
        return StorageSize(bytes=dict(taken), free_bytes=None)

    def _changes(self) -> Iterator[tuple[str, float]]:
        for top in PERMANENT:
            for each in self._listed("list_objects_v2", "Contents", f"{top}/"):
                key = each["Key"].removeprefix(self._prefix)
                yield key, each["LastModified"].timestamp()

    def _object(self, key: str) -> str:
        return self._prefix + str(self.path(key).relative_to(self.root))

    def _objects(self, key: str) -> list[str]:
        return [self._object(key), *self._below(f"{key}/")]

    def _send(self, key: str) -> None:
        """Send a file; boto3's transfer removes the parts of an interrupted upload."""
        with storage_errors():
            self._client.upload_file(
                str(self.path(key)), self._bucket, self._object(key), Config=TRANSFER
            )

    def _fetch(self, key: str, path: Path) -> None:
        """Fetch a file; boto3's transfer gives it its final name once it is complete."""
        self._make_room()
        path.parent.mkdir(parents=True, exist_ok=True)
        with storage_errors(key):
            self._client.download_file(self._bucket, self._object(key), str(path), Config=TRANSFER)

    def _below(self, key: str) -> list[str]:
        return [each["Key"] for each in self._listed("list_objects_v2", "Contents", key)]

    def _listed(self, call: str, what: str, key: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator(call)
        with storage_errors():
            found = pages.paginate(Bucket=self._bucket, Prefix=self._prefix + key)
            return [each for page in found for each in page.get(what, [])]

    def _remove(self, objects: Iterable[str]) -> None:
        names = [{"Key": name} for name in objects]
        for start in range(0, len(names), DELETED_AT_ONCE):
            some = {"Objects": names[start : start + DELETED_AT_ONCE], "Quiet": True}
            with storage_errors():
                answer = self._client.delete_objects(Bucket=self._bucket, Delete=some)
            if refused := answer.get("Errors"):
                raise StorageAwayError(f"{refused[0]['Key']} cannot be deleted.")
