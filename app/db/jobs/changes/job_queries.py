"""Reads jobs: one by its id, and those of an owner."""

from collections.abc import Sequence
from datetime import datetime

from piccolo.columns import And, Or

from app.contract.tasks import JobState
from app.db.jobs.conditions import has_id, has_state, is_before
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job


class JobQueries:
    """Reads jobs. Owners see only their own jobs; workers see all."""

    async def get(self, job_id: str, *, owner: str | None = None) -> Job:
        """Return one job, of this owner if given.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = await Job.objects().where(has_id(job_id, owner)).first()
        if job is None:
            raise JobNotFoundError(f"There is no job {job_id}.")
        return job

    async def own(self, job_ids: Sequence[str], *, owner: str) -> list[Job]:
        """Return those of these jobs that belong to the owner."""
        return await Job.objects().where(And(Job.id.is_in(list(job_ids)), Job.owner == owner))

    async def versions(self, job: Job) -> list[Job]:
        """Return the existing versions of a job, the first one first."""
        first = job.version_of or job.id
        is_one = And(Job.owner == job.owner, Or(Job.id == first, Job.version_of == first))
        return await Job.objects().where(is_one).order_by(Job.version)

    async def current(
        self, *, owner: str, ended_since: datetime | None, after_id: str = "", limit: int
    ) -> list[Job]:
        """Return a page of the owner's jobs that run, wait or ended recently, sorted by id."""
        matters = has_state(*(state for state in JobState if not state.is_final))
        if ended_since:
            matters = Or(matters, Job.finished_at >= ended_since)
        of_page = And(Job.owner == owner, Job.id > after_id)
        return await Job.objects().where(And(of_page, matters)).order_by(Job.id).limit(limit)

    async def all_of(self, owner: str) -> list[str]:
        """Return the ids of all jobs of an owner."""
        rows = await Job.select(Job.id).where(Job.owner == owner)
        return [row["id"] for row in rows]

    async def position(self, job: Job) -> int | None:
        """Return the place of a waiting job in the queue, from 1; None if it does not wait."""
        if job.state != JobState.QUEUED:
            return None
        return 1 + int(await Job.count().where(is_before(job)))
