"""Jobs for tests of the store that need no file and no worker."""

from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job

OVERRIDE = {"row": 3, "reason": "seen in MS/MS", "call": "true", "anchor": None}

# Each copy has the number of its row in its id, and the turn after that of the row before.
COPIES = """
    WITH RECURSIVE series (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM series WHERE number < {{}}
    )
    INSERT INTO job (id, turn, {copied})
    SELECT substr(id, 1, 24) || (10000000 + number), turn + number, {copied}
    FROM series, job WHERE job.id = {{}}
"""


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


async def many_jobs(number: int, *, owner: str = "ada", tags: str = "") -> None:
    """Store equal waiting jobs in one statement, which takes a second for 10,000."""
    first = await a_job(JobStore(), owner)
    await Job.update({Job.tags: tags}).where(Job.id == first.id)
    names = [column._meta.name for column in Job.all_columns()]
    copied = ", ".join(name for name in names if name not in ("id", "turn", "idempotency_key"))
    await Job.raw(COPIES.format(copied=copied), number - 1, first.id)
