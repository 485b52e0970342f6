"""A process that dies in the middle of an action on many jobs: nothing is lost or left."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from app.db.jobs.changes.bulk_actions import (
    BulkState,
    add_bulk_action,
    bulk_action,
    claim_bulk_action,
)
from app.db.jobs.quotas.account_quotas import Quotas
from app.db.jobs.store import JobStore
from app.db.jobs.tables import BulkAction, Job
from app.jobs.delete import folders_of
from app.jobs.submission import JobSubmission
from app.progress.publisher import Publisher
from app.queue.broker import create_broker
from app.storage import Folder
from app.web.features.bulk.runner import BulkRunner
from tests.stored_jobs import a_job

pytestmark = pytest.mark.usefixtures("database")


async def _run_on(broker_url: str, folder: Path, store: JobStore) -> None:
    """Go on with the stored action, as another process does."""
    broker, redis = create_broker(broker_url), Redis.from_url(broker_url)
    await broker.startup()
    submissions = JobSubmission(store, Folder(folder), broker, Publisher(redis))
    while held := await claim_bulk_action():
        await BulkRunner(submissions).run_slice(held)
    await broker.shutdown()
    await redis.aclose()


async def _die_in(action: str, ids: list[str]) -> None:
    """Change jobs as the action does, and count and tidy nothing."""
    store = JobStore()
    if action == "delete":
        await store.delete_all(ids, owner="ada", by="ada")
    elif action == "start":
        await store.queue_all_again(ids, owner="ada", by="ada")
    else:
        await store.cancel_waiting(ids, by="ada")


async def _ended(begun: BulkAction) -> tuple[str, int, int]:
    row = await bulk_action(begun.id, owner="ada")
    return row.state, row.done, row.refused


def _files(folder: Path, job_id: str) -> list[Path]:
    keys = [f"uploads/{job_id}.xlsx", *(f"{key}/1" for key in folders_of(job_id))]
    for key in keys:
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(b"of this job")
    return [folder / key for key in keys]


@pytest.mark.parametrize("action", ["cancel", "start", "delete"])
def test_jobs_that_a_dead_process_changed_are_counted_and_their_files_removed(
    action: str, broker_url: str, tmp_path: Path
) -> None:
    async def work() -> None:
        store = JobStore()
        ids = [(await a_job(store)).id for _ in range(5)]
        if action == "start":
            await store.cancel_waiting(ids, by="ada")
        files = [file for job_id in ids for file in _files(tmp_path, job_id)]
        for job_id in ids:
            await Job.update({Job.upload_key: f"uploads/{job_id}.xlsx"}).where(Job.id == job_id)
        begun = await add_bulk_action("ada", action, "", ids)
        await _die_in(action, ids[:2])
        await _run_on(broker_url, tmp_path, store)
        assert await _ended(begun) == (BulkState.ENDED, 5, 0)
        assert [file.exists() for file in files] == [action != "delete"] * len(files)
        again = await add_bulk_action("ada", action, "", ids)
        await _run_on(broker_url, tmp_path, store)
        assert await _ended(again) == (BulkState.ENDED, 0, 5)  # what was done before it is refused
        assert "internal error" not in (await bulk_action(again.id, owner="ada")).reasons

    asyncio.run(work())


def test_jobs_within_a_quota_start_and_those_beyond_it_are_refused(
    broker_url: str, tmp_path: Path
) -> None:
    async def work() -> None:
        store = JobStore(Quotas(waiting_jobs=3))
        ids = [(await a_job(JobStore())).id for _ in range(5)]
        await store.cancel_waiting(ids, by="ada")
        begun = await add_bulk_action("ada", "start", "", ids)
        await _run_on(broker_url, tmp_path, store)
        assert await _ended(begun) == (BulkState.ENDED, 3, 2)
        assert "the quota of the account is 3" in (await bulk_action(begun.id, owner="ada")).reasons

    asyncio.run(work())
