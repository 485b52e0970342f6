"""What every storage keeps, a folder and a bucket of an S3-compatible service alike."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.settings import Settings
from app.storage import Folder, StorageAwayError, StorageError, create_storage
from app.storage import bucket as bucket_module
from app.storage import folder as folder_module
from app.storage.bucket import PART_BYTES, Bucket
from app.storage.cache import FORGOTTEN_AFTER_S, IN_USE_S
from tests.servers import S3, running_s3

Opened = Callable[[], Folder]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as server:
        yield server


@pytest.fixture(params=["file", "s3"])
def opened(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Opened:
    """Opens the same storage, each time as another machine does."""
    if request.param == "s3":
        return opened_in(request.getfixturevalue("s3"), tmp_path, monkeypatch)
    return opener(f"file://{tmp_path}/storage", tmp_path)


@pytest.fixture
def bucket(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    storage = opened_in(s3, tmp_path, monkeypatch)()
    assert isinstance(storage, Bucket)
    return storage


def opened_in(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    for name, text in s3.environment.items():
        monkeypatch.setenv(name, text)
    return opener(s3.url.replace("/of/", f"/{tmp_path.name}/"), tmp_path)


def opener(url: str, tmp_path: Path) -> Opened:
    machines = iter(range(9))

    def open_anew() -> Folder:
        machine = tmp_path / f"machine-{next(machines)}"
        return create_storage(Settings(data_folder=machine, storage_url=url))

    return open_anew


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def broken_off() -> AsyncIterator[bytes]:
    yield b"Name,RT"
    raise ConnectionResetError


def save(storage: Folder, key: str, content: bytes = b"peaks") -> None:
    asyncio.run(storage.save(key, pieces(content)))


def write_result(storage: Folder, key: str) -> None:
    storage.path(key).mkdir(parents=True)
    (storage.path(key) / "rows.parquet").write_bytes(key.encode())


def is_there(storage: Folder, key: str) -> bool:
    try:
        return storage.local(key).exists()
    except FileNotFoundError:
        return False


def test_what_is_saved_is_read_on_another_machine(opened: Opened) -> None:
    saved = asyncio.run(opened().save("uploads/one.csv", pieces(b"pe", b"aks")))
    assert saved == (5, sha256(b"peaks").hexdigest())
    assert opened().local("uploads/one.csv").read_bytes() == b"peaks"


def test_what_is_put_takes_the_place_of_what_was_there_for_every_machine(opened: Opened) -> None:
    opened().put("logs/4f/1.jsonl", b"first")
    opened().put("logs/4f/1.jsonl", b"second")
    assert opened().local("logs/4f/1.jsonl").read_bytes() == b"second"
    assert [each.key for each in opened().stored("logs/4f")] == ["logs/4f/1.jsonl"]
    opened().delete_all(["logs/4f", "uploads/none.csv"])
    assert not is_there(opened(), "logs/4f/1.jsonl")
    assert opened().stored("logs/4f") == []


def test_what_is_put_while_the_bucket_is_away_is_not_kept_here(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "_bucket", "no-such-bucket")
    with pytest.raises(StorageAwayError):
        bucket.put("logs/4f/1.jsonl", b"lines")
    assert not bucket.path("logs/4f/1.jsonl").exists()


def test_what_is_larger_than_a_part_is_sent_in_parts_and_shared(opened: Opened) -> None:
    content = os.urandom(1000) * (PART_BYTES // 500)
    save(opened(), "uploads/large.csv", content)
    opened().share("uploads/large.csv", "uploads/other.csv")
    assert opened().local("uploads/other.csv").read_bytes() == content


def test_a_broken_upload_leaves_nothing(opened: Opened) -> None:
    storage = opened()
    with pytest.raises(ConnectionResetError):
        asyncio.run(storage.save("uploads/half.csv", broken_off()))
    assert not is_there(opened(), "uploads/half.csv")
    assert not [path for path in storage.root.rglob("*") if path.is_file()]


def test_a_shared_file_stays_until_both_keys_are_deleted(opened: Opened) -> None:
    storage = opened()
    save(storage, "kept/one.csv")
    storage.share("kept/one.csv", "uploads/two.csv")
    storage.delete("kept/one.csv")
    assert not is_there(opened(), "kept/one.csv")
    assert opened().local("uploads/two.csv").read_bytes() == b"peaks"
    storage.delete("uploads/two.csv")
    assert not is_there(opened(), "uploads/two.csv")


def test_what_is_missing_cannot_be_shared(opened: Opened) -> None:
    with pytest.raises(FileNotFoundError):
        opened().share("uploads/none.csv", "uploads/two.csv")


def test_a_result_is_seen_once_it_is_published_and_alone_once_others_are_cleared_away(
    opened: Opened,
) -> None:
    worker = opened()
    for key in ("results/job/1", "results/job/11", "results/other/1"):
        write_result(worker, key)
        worker.publish(key)
    worker.keep_only("results/job/1")
    kept = [is_there(opened(), f"results/{key}/rows.parquet") for key in ("job/1", "other/1")]
    assert kept == [True, True]
    assert not is_there(opened(), "results/job/11/rows.parquet")
    worker.delete("results/job")
    assert not is_there(opened(), "results/job/1/rows.parquet")
    assert is_there(opened(), "results/other/1/rows.parquet")


def test_what_nobody_started_is_removed_after_its_day(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = opened()
    save(storage, "kept/one.csv")
    save(storage, "uploads/two.csv")
    storage.delete_abandoned()
    assert is_there(opened(), "kept/one.csv")
    for module in (folder_module, bucket_module):
        monkeypatch.setattr(module, "ABANDONED_AFTER_S", -5)
    storage.delete_abandoned()
    assert not is_there(opened(), "kept/one.csv")
    assert is_there(opened(), "uploads/two.csv")


def test_files_of_jobs_are_listed_by_their_last_change(opened: Opened) -> None:
    storage = opened()
    for key in ("uploads/a.csv", "kept/b"):
        save(storage, key)
    write_result(storage, "results/a/1")
    storage.publish("results/a/1")
    now, day = datetime.now(UTC), timedelta(days=1)
    assert opened().untouched_since(now - day) == []
    assert opened().untouched_since(now + day) == ["results/a", "uploads/a.csv"]


def test_the_parts_of_an_upload_that_was_killed_long_ago_are_removed(bucket: Bucket) -> None:
    begin_in_parts(bucket)  # moto says of every one that it began in 2010
    assert len(parts_of(bucket)) == 1
    bucket.delete_abandoned()
    assert parts_of(bucket) == []


def test_an_upload_whose_sending_fails_takes_its_parts_back(
    bucket: Bucket,
) -> None:
    lose_the_second_part(bucket)
    with pytest.raises(StorageAwayError):
        save(bucket, "uploads/large.csv", bytes(2 * PART_BYTES))
    assert parts_of(bucket) == []
    assert not is_there(bucket, "uploads/large.csv")


def test_copies_stay_within_their_bound_but_for_those_in_use(bucket: Bucket) -> None:
    for name, unused_s in (("new", 0), ("old", IN_USE_S + 60), ("older", IN_USE_S + 90)):
        save(bucket, f"uploads/{name}.csv", bytes(1000))
        used_at = time.time() - unused_s
        os.utime(bucket.path(f"uploads/{name}.csv"), (used_at, used_at))
    bucket._most_local_bytes = 2000
    bucket.delete_abandoned()
    here = {path.name for path in bucket.path("uploads").iterdir()}
    assert here == {"new.csv", "old.csv"}
    yesterday = time.time() - FORGOTTEN_AFTER_S - 60
    os.utime(bucket.path("uploads/old.csv"), (yesterday, yesterday))
    bucket.delete_abandoned()
    assert not bucket.path("uploads/old.csv").exists()
    assert is_there(bucket, "uploads/older.csv")


def test_a_bucket_that_is_not_there_is_reported(bucket: Bucket) -> None:
    bucket._bucket = "nowhere"
    with pytest.raises(StorageAwayError):
        bucket.check()


def test_a_folder_without_hard_links_shares_by_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:  # as on FAT or some network shares
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    storage = Folder(tmp_path)
    save(storage, "one.csv")
    storage.share("one.csv", "other.csv")
    storage.delete("one.csv")
    assert storage.path("other.csv").read_text() == "peaks"
    storage.delete("other.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["../x", "uploads/../../x", "/etc/passwd"])
def test_a_key_cannot_leave_the_storage(opened: Opened, key: str) -> None:
    with pytest.raises(StorageError):
        opened().local(key)


@pytest.mark.parametrize("url", ["s3:///prefix", "s3://bucket?endpont=http://x", "ftp://host/x"])
def test_a_url_that_names_no_storage_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StorageError, match="STORAGE_URL must"):
        create_storage(Settings(data_folder=tmp_path, storage_url=url))


def begin_in_parts(bucket: Bucket) -> None:
    name = {"Bucket": bucket._bucket, "Key": f"{bucket._prefix}uploads/killed.csv"}
    begun = client_of(bucket).create_multipart_upload(**name)
    client_of(bucket).upload_part(**name, UploadId=begun["UploadId"], PartNumber=1, Body=b"x")


def parts_of(bucket: Bucket) -> list[Any]:
    listed = client_of(bucket).list_multipart_uploads(Bucket=bucket._bucket, Prefix=bucket._prefix)
    return list(listed.get("Uploads", []))


def client_of(bucket: Bucket) -> Any:  # noqa: ANN401
    return boto3.client("s3", endpoint_url=bucket._client.meta.endpoint_url)


def lose_the_second_part(bucket: Bucket) -> None:
    """Send the second part to a service that is not there."""
    events = bucket._client.meta.events

    def elsewhere(request: Any, **_: Any) -> None:  # noqa: ANN401
        if "partNumber=2" in request.url:
            request.url = request.url.replace("127.0.0.1:", "127.0.0.1:1/")

    events.register("before-send.s3.UploadPart", elsewhere)
