"""Jobs for tests of the store that need no file and no worker."""

from app.db.jobs.new_job import NewJob, new_job_id
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job

OVERRIDE = {"row": 3, "reason": "seen in MS/MS", "call": "true", "anchor": None}


def new_job(owner: str = "ada") -> NewJob:
    return NewJob(
        id=new_job_id(),
        owner=owner,
        file_name="peaks.csv",
        upload_key="uploads/x.csv",
        upload_bytes=10,
        upload_sha256="00",
        settings={"r2_threshold": 0.75},
    )


async def a_job(jobs: JobStore, owner: str = "ada") -> Job:
    return await jobs.add(new_job(owner))


async def next_held(jobs: JobStore) -> Job:
    held = await jobs.claim()
    assert held
    return held


def a_version(first: Job, of: Job) -> NewJob:
    return NewJob(
        id=new_job_id(),
        owner=first.owner,
        file_name=first.file_name,
        upload_key="uploads/y.csv",
        upload_bytes=10,
        upload_sha256="00",
        settings={"r2_threshold": 0.75, "overrides": [OVERRIDE]},
        rerun_of=of.id,
        version_of=first.id,
    )
